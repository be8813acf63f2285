import type { CrewRunProgress, CrewStatus, Phase, RunSettings } from '../contract.js';

/**
 * All that a run knows. Continue-as-new carries it whole, so it holds nothing but JSON; times are
 * milliseconds since the epoch.
 */
export interface RunState {
  version: 1;
  phase: Phase;
  /** Null until the input has been checked. */
  settings: RunSettings | null;
  /** The token that the run brought along, or was given since; null where it uses the crew's own. */
  sealedToken: string | null;
  timeoutAt: number | null;
  kickoffId: string | null;
  /** When the kickoffId became known. */
  pollingSince: number | null;
  /** How often a person said `retryKickoff`. */
  retryKickoffs: number;
  /** Kickoffs in a row that were not acted on: the exponent of their backoff. */
  kickoffsNotActedOn: number;
  /** The earliest time of the next kickoff, after one that was not acted on. */
  kickoffNotBefore: number | null;
  kickoffUnknownSince: number | null;
  /** The run that reported the unknown outcome: the one that `retryKickoff` speaks to. */
  kickoffUnknownIn: string | null;
  /** Kickoffs that were accepted beside the one that is watched: a person retried too early. */
  otherKickoffIds: string[];
  /** What the API last said of the run. */
  status: CrewStatus | null;
  currentTask: string | null;
  completedTasks: number | null;
  totalTasks: number | null;
  /** The API said that the run waits for a person; live crews answer "not found" meanwhile. */
  waitsForPerson: boolean;
  /** Since when the API has answered "not found" without a break. */
  notFoundSince: number | null;
  /** Status words that were reported already: each is reported once. */
  unknownWords: string[];
  polls: number;
  lastPollAt: number | null;
  nextPollAt: number | null;
  /** Answers are slow or failing: poll by the ordinary activity until one is fast again. */
  slow: boolean;
  /** A `crewEvent` came: poll now. */
  pollNow: boolean;
  lastError: string | null;
}

export function createRunState(): RunState {
  return {
    version: 1,
    phase: 'kickingOff',
    settings: null,
    sealedToken: null,
    timeoutAt: null,
    kickoffId: null,
    pollingSince: null,
    retryKickoffs: 0,
    kickoffsNotActedOn: 0,
    kickoffNotBefore: null,
    kickoffUnknownSince: null,
    kickoffUnknownIn: null,
    otherKickoffIds: [],
    status: null,
    currentTask: null,
    completedTasks: null,
    totalTasks: null,
    waitsForPerson: false,
    notFoundSince: null,
    unknownWords: [],
    polls: 0,
    lastPollAt: null,
    nextPollAt: null,
    slow: false,
    pollNow: false,
    lastError: null,
  };
}

/**
 * The state that an earlier run of the chain left.
 *
 * @throws Error when it was left by a newer version: the workflow task then fails and is tried
 * again, until a worker takes it that knows the version.
 */
export function restoreRunState(carried: RunState): RunState {
  if (carried.version !== 1) {
    throw new Error(`This worker knows version 1 of a run's state, not ${String(carried.version)}`);
  }
  // Absent in what was left before there were any.
  carried.sealedToken ??= null;
  return carried;
}

/** The field of a request to the API. Without a token of the run's own there is none. */
export function toTokenField({ sealedToken }: RunState): { sealedToken?: string } {
  return sealedToken === null ? {} : { sealedToken };
}

export function toProgress(run: RunState): CrewRunProgress {
  return {
    phase: run.phase,
    crew: run.settings?.crew ?? null,
    kickoffId: run.kickoffId,
    status: run.status,
    currentTask: run.currentTask,
    completedTasks: run.completedTasks,
    totalTasks: run.totalTasks,
    polls: run.polls,
    lastPollAt: toIsoTime(run.lastPollAt),
    nextPollAt: toIsoTime(run.nextPollAt),
    lastError: run.lastError,
    timeoutAt: toIsoTime(run.timeoutAt),
  };
}

export function toIsoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
