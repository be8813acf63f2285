import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { followReaction } from './follow-reaction.js';
import type { ChainSituation, Row, Situation } from './situation.js';
import type { Stage } from './stage.js';

/** Situations that are played at once, on a stage of their own. */
export interface Play {
  title: string;
  rows: readonly Row[];
  open: () => Promise<OpenPlay>;
}

interface OpenPlay {
  /** How many kickoffs were accepted, for each chain of the situation. */
  accepted: Map<Row, Promise<number[]>>;
  close: () => Promise<void>;
}

type Closable = Stage & { close(): Promise<void> };

/**
 * A `disaster` comes over all runs together, once each of them is where it hits it. It ends before
 * anything else is looked at.
 */
export function createPlay<S extends Closable>(
  title: string,
  rows: readonly Situation<S>[],
  openStage: () => Promise<S>,
  disaster?: (stage: S) => Promise<void>,
): Play {
  return {
    title,
    rows,
    async open() {
      const stage = await openStage();
      const broughtAbout = new Map<Row, Promise<CrewRunHandle[]>>(
        rows.map((situation) => [situation, situation.bringAbout(stage)]),
      );
      // A situation that cannot be brought about fails its own test; the others are played.
      const allBroughtAbout = Promise.allSettled(broughtAbout.values());
      const disasterOver = disaster && allBroughtAbout.then(() => disaster(stage));
      return toOpenPlay(stage, rows, async (situation) => {
        const handles = (await broughtAbout.get(situation)) ?? [];
        await disasterOver;
        return Promise.all(handles.map((handle) => followReaction(stage, handle, situation)));
      });
    },
  };
}

export function createChainPlay<S extends Closable>(
  title: string,
  rows: readonly ChainSituation<S>[],
  openStage: () => Promise<S>,
): Play {
  return {
    title,
    rows,
    async open() {
      const stage = await openStage();
      return toOpenPlay(stage, rows, (situation) => situation.play(stage));
    },
  };
}

function toOpenPlay<R extends Row>(
  stage: Closable,
  rows: readonly R[],
  play: (row: R) => Promise<number[]>,
): OpenPlay {
  const accepted = new Map<Row, Promise<number[]>>(rows.map((row) => [row, play(row)]));
  // Each is looked at by its own test, which may come later than its failure.
  void Promise.allSettled(accepted.values());
  return { accepted, close: () => stage.close() };
}

/** A test for each situation of these plays, which go on at the same time. */
export function testPlays(plays: readonly Play[]): void {
  const opened = new Map<Play, OpenPlay>();
  beforeAll(async () => {
    await Promise.all(plays.map(async (play) => opened.set(play, await play.open())));
  });
  afterAll(async () => {
    await Promise.all([...opened.values()].map(({ close }) => close()));
  });
  describe.each(plays.map((play) => [play.title, play] as const))('%s', (_title, play) => {
    it.each(play.rows.map((row) => [row.what, row] as const))('%s', async (_what, row) => {
      const accepted = await opened.get(play)?.accepted.get(row);
      expect([...new Set(accepted)].sort()).toEqual(row.accepted);
    });
  });
}
