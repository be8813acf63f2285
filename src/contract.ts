/**
 * The names and shapes that cross a process: what a Temporal client, the Temporal CLI, another
 * workflow or a webhook receiver relies on. Names may be added here, never changed.
 *
 * Everything is one JSON object in and one JSON object out, in camelCase. Times are ISO 8601 strings.
 */
import type { Duration } from '@temporalio/common';

export const WORKFLOW_TYPE = 'kickoffAndPollUntilComplete';
export const DEFAULT_TASK_QUEUE = 'crewai';
export const DEFAULT_CREW = 'default';
/** How long a run waits in all, unless its `timeout` says otherwise. */
export const DEFAULT_TIMEOUT = '24h';

/**
 * The form of a sealed token: a JWE in compact form whose key is wrapped with A256KW and whose
 * content is encrypted with A256GCM, so that its second, third and last part have fixed lengths. No
 * bearer token looks like this, a JWT of three parts neither. The limits leave room for the longest
 * ids of Temporal and a token of 4 KB.
 */
export const SEALED_TOKEN = /^eyJ[\w-]{1,16000}\.[\w-]{54}\.[\w-]{16}\.[\w-]{1,6000}\.[\w-]{22}$/;

/** A query that fails with this has come at a bad moment: to ask again is enough. */
export const ASK_AGAIN = 'The run has news that no workflow task has brought yet; ask again';

/** Handler names. */
export const QUERIES = { progress: 'progress' } as const;
export const SIGNALS = { crewEvent: 'crewEvent' } as const;
export const UPDATES = {
  waitForKickoff: 'waitForKickoff',
  adoptKickoff: 'adoptKickoff',
  retryKickoff: 'retryKickoff',
  replaceBearerToken: 'replaceBearerToken',
} as const;

/** `type` of the ApplicationFailures that refuse or end an update; the run itself goes its way. */
export const UPDATE_FAILURE_TYPES = {
  /** The update does not fit the run's phase, or its argument is wrong. */
  UpdateRefused: 'CrewAI.UpdateRefused',
  /** The run ended before the update could be answered. */
  RunEnded: 'CrewAI.RunEnded',
} as const;

/** Keyword search attributes. A run uses one of them only when it was started with it. */
export const SEARCH_ATTRIBUTES = {
  crewName: 'CrewName',
  crewStatus: 'CrewStatus',
  crewKickoffId: 'CrewKickoffId',
} as const;

/** Memo keys. */
export const MEMO = { kickoffId: 'kickoffId' } as const;

/** What a crew's API says of a run, in both dialects. */
export const CREW_STATUSES = [
  'pending',
  'running',
  'waiting',
  'completed',
  'error',
  'cancelled',
  'notFound',
  'unknown',
] as const;
export type CrewStatus = (typeof CREW_STATUSES)[number];

/** What the workflow is doing. */
export const PHASES = [
  'kickingOff',
  'kickoffUnknown',
  'polling',
  'onHold',
  'waitingForFeedback',
  'collecting',
  'done',
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * `type` of the non-retryable ApplicationFailures a run ends with. `details[0]` is an object that
 * has `kickoffId` wherever one is known.
 */
export const FAILURE_TYPES = {
  /** The workflow's input does not fit the contract. */
  InvalidInput: 'CrewAI.InvalidInput',
  /** The worker knows no crew of that name. */
  UnknownCrew: 'CrewAI.UnknownCrew',
  /** The API refused the kickoff: nothing was started. */
  KickoffRejected: 'CrewAI.KickoffRejected',
  /** The kickoff may or may not have been acted on, and nobody resolved it in time. */
  KickoffOutcomeUnknown: 'CrewAI.KickoffOutcomeUnknown',
  /** The crew ended in error (only with `onCrewError: "fail"`). */
  CrewExecutionFailed: 'CrewAI.CrewExecutionFailed',
  /** The API does not know the run, for longer than `notFoundGrace`. */
  CrewRunNotFound: 'CrewAI.CrewRunNotFound',
  /** `timeout` passed; the crew may still be running. */
  TimedOut: 'CrewAI.TimedOut',
  /** The result does not fit a Temporal payload. */
  ResultTooLarge: 'CrewAI.ResultTooLarge',
  /** The API answered something that no dialect explains. */
  UnexpectedResponse: 'CrewAI.UnexpectedResponse',
} as const;
export type FailureType = (typeof FAILURE_TYPES)[keyof typeof FAILURE_TYPES];

export interface PollingOptions {
  /** First wait before a poll. Default 2 s. */
  initialInterval?: Duration;
  /** Each wait is this many times the one before. Default 1.1: near 10% of the time already waited. */
  backoffCoefficient?: number;
  /** Longest wait between two polls. Default 30 s. */
  maximumInterval?: Duration;
  /** Longest wait between two polls where webhooks report the end. Default 5 min. */
  pushInterval?: Duration;
}

/** Input of the workflow `kickoffAndPollUntilComplete`. Durations are `"90s"`, `"24h"` or milliseconds. */
export interface CrewRunInput {
  /** The crew's inputs. Required unless `kickoffId` is given. */
  inputs?: Record<string, unknown>;
  /** Sent along and echoed by the API. The key `temporal` is the workflow's own. */
  meta?: Record<string, unknown>;
  /** Name of a crew that the worker knows. Default `"default"`. */
  crew?: string;
  /**
   * Used in place of the crew's own token. Only sealed for this run (`SEALED_TOKEN`): any other is
   * refused, since it stands in the workflow's history.
   */
  bearerToken?: string;
  /** Passed through to the API: the flow starts from this saved state. */
  restoreFromStateId?: string;
  /** Watch this run instead of kicking one off. */
  kickoffId?: string;
  polling?: PollingOptions;
  /** How long to wait in all, from the start of the first run of the chain. Default 24 h. */
  timeout?: Duration;
  /** How long a kickoff of unknown outcome waits for its id. Default 1 h. */
  adoptionWindow?: Duration;
  /** How long the API may answer "not found" without a break. Default 10 min. */
  notFoundGrace?: Duration;
  /** Whether a crew that ends in error is a result or a failure of the workflow. Default `"return"`. */
  onCrewError?: 'return' | 'fail';
  /** What becomes of the crew when the run is cancelled. Default `"abandon"`: it goes on. */
  onCancel?: 'abandon' | 'stop';
  /** What becomes of the crew when `timeout` passes. Default `"abandon"`: it goes on. */
  onTimeout?: 'abandon' | 'stop';
}

/** Output of the workflow. What is absent is `null`. */
export interface CrewRunOutput {
  kickoffId: string;
  status: 'completed' | 'error';
  /** The crew's final output, always text. */
  output: string | null;
  /** The output as an object, where the API gives one (`result_json`). */
  outputJson: unknown;
  /** The tasks' results as the API names them. */
  tasks: unknown[] | null;
  /** Seconds. */
  executionTime: number | null;
  error: string | null;
  /** Token counts as the API names them. */
  usageMetrics: Record<string, unknown> | null;
}

/** Answer of the query `progress`. */
export interface CrewRunProgress {
  phase: Phase;
  /** Null until the input has been checked. */
  crew: string | null;
  kickoffId: string | null;
  status: CrewStatus | null;
  currentTask: string | null;
  completedTasks: number | null;
  totalTasks: number | null;
  /** Status answers and failed attempts to get one, those of earlier runs of the chain included. */
  polls: number;
  lastPollAt: string | null;
  nextPollAt: string | null;
  lastError: string | null;
  timeoutAt: string | null;
}

/** `type` of the event by which a kickoff's own worker says its id. */
export const KICKOFF_EVENT = 'kickoff';

/** Argument of the signal `crewEvent`: something happened to this run, so poll now. */
export interface CrewEvent {
  type?: string;
  kickoffId?: string;
  /** First execution run id of the chain that is meant; events of another chain are ignored. */
  runId?: string;
  taskId?: string;
  taskOutput?: string;
}

/** Answer of the update `retryKickoff`: how often it has been said. */
export interface KickoffRetried {
  retryKickoffs: number;
}

/** Answer of the updates `waitForKickoff` and `adoptKickoff`. */
export interface KickoffKnown {
  kickoffId: string;
}

/** Argument of the update `replaceBearerToken`: a token that was sealed for this run. */
export interface BearerTokenReplacement {
  sealedToken: string;
}

/** What the workflow adds to `meta` under the key `temporal`. */
export interface TemporalMeta {
  namespace: string;
  workflowId: string;
  firstExecutionRunId: string;
}

/**
 * Activities: what workflow code and workers of other versions exchange. Every argument and result
 * stands in history, so none of them holds a token unless it is sealed, and status reports hold no
 * crew output.
 */
export interface CrewActivities {
  /** Local activity: validates the workflow's input where a schema library costs no run its memory. */
  checkInput(request: CheckInputRequest): Promise<RunSettings>;
  /** Local activity: whether this run can use the token. Fails with the reason when it cannot. */
  checkSealedToken(request: CheckSealedTokenRequest): Promise<void>;
  /** `POST /kickoff`, at most once. */
  kickoff(request: KickoffRequest): Promise<KickoffOutcome>;
  /** `GET /status/{kickoff_id}`, as a local activity while answers are fast. */
  getStatus(request: StatusRequest): Promise<StatusReport>;
  /** Reads the status once more and returns the output or the error. */
  collectResult(request: StatusRequest): Promise<CollectedResult>;
}

export interface CheckInputRequest {
  /** The workflow's whole input, unchecked. */
  input: unknown;
}

export interface CheckSealedTokenRequest {
  crew: string;
  sealedToken: string;
}

/** The checked input without its `inputs` and `meta`, which stand in history already. */
export interface RunSettings {
  crew: string;
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
  timeoutMs: number;
  adoptionWindowMs: number;
  notFoundGraceMs: number;
  onCrewError: 'return' | 'fail';
  kickoffId: string | null;
  /** How long the crew's API may take to answer `POST /kickoff`: the worker's configuration. */
  kickoffTimeoutMs: number;
}

export interface KickoffRequest {
  crew: string;
  /** Absent where the run uses the crew's own token. */
  sealedToken?: string;
  inputs: Record<string, unknown>;
  meta: Record<string, unknown> & { temporal: TemporalMeta };
  restoreFromStateId: string | null;
  /** How often a person said `retryKickoff`. */
  retryKickoffs: number;
  /** Run id recorded on this run's WorkflowExecutionStarted event: a reset keeps it. */
  originalRunId: string;
  /** Run id of the run that scheduled this activity; a reset dispatches it again in another run. */
  scheduledByRunId: string;
  /** The run that a person allowed another kickoff: only that one may send it after a reset. */
  permittedRunId: string | null;
}

export type KickoffOutcome =
  | { outcome: 'accepted'; kickoffId: string }
  /** Provably nothing was started: it may be sent again. */
  | { outcome: 'notActedOn'; reason: string; retryAfterMs: number | null }
  /** The API said no: sending it again would not help. */
  | { outcome: 'refused'; reason: string; httpStatus: number | null; missingInputs: string[] }
  /** A run may have been started: never sent again by itself. */
  | {
      outcome: 'unknown';
      reason: string;
      /** The run that found out, where a worker lived to say so. Stands in history through a reset. */
      runId: string | null;
    };

export interface StatusRequest {
  crew: string;
  /** Absent where the run uses the crew's own token. */
  sealedToken?: string;
  kickoffId: string;
}

export interface StatusReport {
  /** `tokenRefused`: 401 or 403; the run goes on, but cannot be watched. */
  status: CrewStatus | 'tokenRefused';
  currentTask: string | null;
  completedTasks: number | null;
  totalTasks: number | null;
  /** The unknown word, or what the API said when it refused the token. */
  message: string | null;
  /** How long the answer took, in milliseconds: decides whether the next read is a local activity. */
  tookMs: number;
}

export type CollectedResult =
  | { over: true; output: CrewRunOutput }
  /** The API no longer says that the run is over: keep watching it. */
  | { over: false; report: StatusReport };
