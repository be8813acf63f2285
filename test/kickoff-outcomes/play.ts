import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedAmp } from '../../src/testing/index.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { replayRuns } from '../support/replay-runs.js';
import { toCancelled, toCancelledInDisaster } from './cancelled.js';
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
  stage: Closable;
  /** How many kickoffs were accepted, for each chain of the situation. */
  accepted: Map<Row, Promise<number[]>>;
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

/** The same, and each run is cancelled while its kickoff is under way. */
export function createCancelledPlay<S extends Closable>(
  title: string,
  situations: readonly Situation<S>[],
  openStage: () => Promise<S>,
  disaster?: (stage: S) => Promise<void>,
): Play {
  const toCancelledOne = disaster ? toCancelledInDisaster : toCancelled;
  return createPlay(
    `${title}, of a run that is cancelled meanwhile`,
    situations.map((situation) => toCancelledOne(situation)),
    openStage,
    disaster,
  );
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
  return { stage, accepted };
}

/** A test for each situation of these plays, which go on at the same time. */
export function testPlays(plays: readonly Play[]): void {
  const opened = new Map<Play, OpenPlay>();
  beforeAll(async () => {
    await Promise.all(plays.map(async (play) => opened.set(play, await play.open())));
  });
  afterAll(async () => {
    const stages = [...opened.values()].map(({ stage }) => stage);
    await Promise.all(stages.map((stage) => stage.close()));
    for (const { amp } of stages) expectOneKickoffAChain(amp);
  });
  describe.each(plays.map((play) => [play.title, play] as const))('%s', (_title, play) => {
    it.each(play.rows.map((row) => [row.what, row] as const))('%s', async (_what, row) => {
      const accepted = await opened.get(play)?.accepted.get(row);
      expect([...new Set(accepted)].sort()).toEqual(row.accepted);
    });

    it('leaves histories that the next worker can replay', async () => {
      const { stage, accepted } = opened.get(play) ?? {};
      if (accepted) await Promise.allSettled(accepted.values());
      await replayRuns(stage?.runs ?? []);
    });
  });
}

/** Whatever came after a run was looked at, too: a person says `retryKickoff` only where none was. */
function expectOneKickoffAChain({ ledger }: SimulatedAmp): void {
  const chains = ledger.kickoffs.map(({ meta }) => JSON.stringify(meta?.['temporal']));
  expect(chains).toEqual([...new Set(chains)]);
}
