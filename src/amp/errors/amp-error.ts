import type { AmpCall, Operation } from '../operations.js';

export interface AmpErrorFields {
  mayHaveBeenActedOn: boolean;
  httpStatus?: number | undefined;
  apiMessage?: string | undefined;
  missingInputs?: string[];
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/**
 * Base of everything that a call to the AMP API rejects with. Messages follow one formula: what
 * failed, why, method and URL, crew. None of them holds a token.
 */
export abstract class AmpError extends Error {
  /** Method and path template, e.g. `GET /status/{kickoff_id}`. */
  readonly operation: Operation['endpoint'];
  /** The client's method, e.g. `getStatus`. */
  readonly operationName: Operation['name'];
  readonly crew: string;
  /** Absent when no answer came. */
  readonly httpStatus: number | undefined;
  /** What the API said, in its own words, whichever shape its error body has. */
  readonly apiMessage: string | undefined;
  /** Names of inputs that the crew wants and did not get. */
  readonly missingInputs: string[];
  /** From the answer's `Retry-After`. */
  readonly retryAfterMs: number | undefined;
  /**
   * `false` only where the request provably never reached the API, or the API said no to it.
   * A kickoff that failed with `true` may have started a run, and must not be sent again blindly.
   */
  readonly mayHaveBeenActedOn: boolean;

  constructor(call: AmpCall, reason: string, fields: AmpErrorFields) {
    super(
      `${call.operation.doing} failed: ${reason} (${call.operation.method} ${call.url}, crew "${call.crew}")`,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.name = new.target.name;
    this.operation = call.operation.endpoint;
    this.operationName = call.operation.name;
    this.crew = call.crew;
    this.httpStatus = fields.httpStatus;
    this.apiMessage = fields.apiMessage;
    this.missingInputs = fields.missingInputs ?? [];
    this.retryAfterMs = fields.retryAfterMs;
    this.mayHaveBeenActedOn = fields.mayHaveBeenActedOn;
  }
}
