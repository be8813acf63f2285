/** How far a run is, in tasks of a crew or steps of a flow. */
export interface CrewRunPosition {
  currentTask: string | null;
  completedTasks: number | null;
  totalTasks: number | null;
}

/** Accepted, but not yet at work: a deployment runs only so many executions at once. */
export interface PendingStatus extends CrewRunPosition {
  status: 'pending';
  /** The body as the API wrote it. */
  raw: unknown;
}

export interface RunningStatus extends CrewRunPosition {
  status: 'running';
  raw: unknown;
}

/** Waits for a person's feedback. */
export interface WaitingStatus extends CrewRunPosition {
  status: 'waiting';
  raw: unknown;
}

/** A word that no reading of the API explains: to be reported, and to be treated as still running. */
export interface UnknownStatus extends CrewRunPosition {
  status: 'unknown';
  /** As the API wrote it. */
  word: string;
  raw: unknown;
}

export interface CompletedStatus {
  status: 'completed';
  /** Always text: an output that is not a string is written as JSON. */
  output: string | null;
  /** `result_json`: the output as an object, where it is one. */
  outputJson: unknown;
  /** As the API names them; the live dialect has none. */
  tasks: unknown[] | null;
  /** Seconds. */
  executionTime: number | null;
  /** Token counts as the API names them. */
  usageMetrics: Record<string, unknown> | null;
  raw: unknown;
}

export interface ErrorStatus {
  status: 'error';
  error: string;
  tasks: unknown[] | null;
  /** Seconds. */
  executionTime: number | null;
  usageMetrics: Record<string, unknown> | null;
  raw: unknown;
}

/** Stopped or revoked. */
export interface CancelledStatus {
  status: 'cancelled';
  /** As the API wrote it, e.g. `REVOKED`. */
  word: string;
  /** Seconds. */
  executionTime: number | null;
  raw: unknown;
}

/** The API does not know the run: an unknown id, but also right after kickoff or while it waits for a person. */
export interface NotFoundStatus {
  status: 'notFound';
  raw: unknown;
}

/** What the API says of a run, in either dialect. */
export type CrewRunStatus =
  | PendingStatus
  | RunningStatus
  | WaitingStatus
  | UnknownStatus
  | CompletedStatus
  | ErrorStatus
  | CancelledStatus
  | NotFoundStatus;
