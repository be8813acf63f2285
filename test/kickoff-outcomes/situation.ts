import type { KickoffOutcome } from '../../src/contract.js';
import type { CrewRunHandle } from '../support/crew-harness.js';

/** What became of a kickoff, in the words of the document. */
export const OUTCOMES = {
  accepted: 'accepted',
  notActedOn: 'not acted on',
  refused: 'refused',
  unknown: 'unknown',
  notSent: 'not sent',
} as const satisfies Record<KickoffOutcome['outcome'] | 'notSent', string>;
export type Outcome = keyof typeof OUTCOMES;

/** What a run does about its kickoff: how a test follows it, and what the document says. */
export const REACTIONS = {
  completes: 'polls, and returns the result',
  sendsAgain: 'sends it again after the backoff',
  sendsAgainLater: 'sends it again after `Retry-After`',
  goesOnTrying: 'sends it again after the backoff, and again, until `timeout`',
  waitsAnHour: 'sends it again after an hour, the longest it waits',
  waits: 'waits as `kickoffUnknown`',
  isRejected: 'fails with `KickoffRejected`',
  timesOut: 'fails with `TimedOut`, and says that nothing was started',
  isCancelled: 'ends as cancelled; the crew goes on, its id in the memo',
  isCancelledBefore: 'ends as cancelled, and says that nothing was started',
  isCancelledEither:
    'ends as cancelled; the crew goes on, its id in the memo where it came first, else in the log of the worker',
  isCancelledUnknowing: 'ends as cancelled, and says that nothing could be stopped',
} as const;
export type Reaction = keyof typeof REACTIONS;

/** One row of the table: something that can happen to a kickoff. */
export interface Row {
  /** What happens, in Markdown. */
  what: string;
  /**
   * How many kickoffs of one chain were accepted once the run has done by itself what it can. The
   * test sees each of these numbers, and no other.
   */
  accepted: readonly (0 | 1)[];
}

/** A row whose run does what others do as well. */
export interface Situation<Stage> extends Row {
  outcome: Outcome;
  run: Reaction;
  /** Why the run waits for a person, where its situation could be mistaken for another one. */
  reason?: string;
  /** What it is like when the run is cancelled meanwhile, where that does not follow from the outcome. */
  whenCancelled?: Row & { outcome: Outcome; run: Reaction };
  /** Brings one run into it, or one for each number of accepted kickoffs. */
  bringAbout(stage: Stage): Promise<CrewRunHandle[]>;
}

/** A row about several runs of a chain, or several chains of one workflow id. */
export interface ChainSituation<Stage> extends Row {
  /** What the runs do, in Markdown. */
  run: string;
  /** Brings it about and checks what `run` says. Returns how many kickoffs of each chain were accepted. */
  play(stage: Stage): Promise<number[]>;
}
