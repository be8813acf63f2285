/** Ways in which an answer goes wrong, as data, and the plans that say which request meets which. */

/** Ways to go wrong that every operation has. One of the fields, and `delayMs` beside it. */
type AnswerFault =
  /** This answer in place of the ordinary one. `body`: text, or JSON; default empty, as a bare gateway's. */
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** The connection is reset (RST) after the request was read. */
  | { reset: true }
  /** No answer, ever. */
  | { hang: true }
  /** The first half of the ordinary answer, then the connection closes. */
  | { half: true }
  /** A gateway's HTML page. `true`: a stock one. `status` is 502 unless given. */
  | { html: string | true; status?: number }
  /** 200 with no body. */
  | { empty: true }
  /** 200, declared as JSON, that is not. */
  | { notJson: true }
  /** The ordinary answer, preceded by a field of this many bytes. */
  | { bigBytes: number }
  /** White space without end, `bytes` at a time: valid JSON as far as it goes. */
  | { drip: { bytes: number; everyMs: number } }
  /** Only late. */
  | { delayMs: number };

interface Delay {
  /** Waited before the request is acted on. */
  delayMs?: number;
}

/** A fault of `GET /inputs`. */
export type Fault = AnswerFault & Delay;

/** A fault of `POST /kickoff`. */
export type KickoffFault = (AnswerFault | /** 200 without the id. */ { noKickoffId: true }) &
  Delay & {
    /**
     * Whether the run starts all the same. Default: yes where the answer is a 200 (spoilt or late),
     * no where it is another status, a reset or a hang.
     */
    accepted?: boolean;
  };

/** A fault of `GET /status/{kickoff_id}`. */
export type StatusFault = (
  | AnswerFault
  /** A status word in place of the run's own. */
  | { word: string }
  /** The API does not know the run: 404 (documented), 200 with `NOT FOUND` (live). */
  | { notFound: true }
) &
  Delay;

/** What a plan may decide by. */
export interface FaultRequest {
  operation: 'inputs' | 'kickoff' | 'status';
  /** How many requests of this operation this server has seen, this one included. */
  n: number;
  /** Of a status request. */
  kickoffId: string | null;
}

/**
 * Which requests meet a fault: one fault for every request until the plan is changed; a list, taken
 * from the front, one entry a request, where `null` lets one through; or a function.
 */
export type FaultPlan<F> = F | (F | null)[] | ((request: FaultRequest) => F | null | undefined);

/** The faults of each operation. */
export interface Faults {
  inputs?: FaultPlan<Fault> | undefined;
  kickoff?: FaultPlan<KickoffFault> | undefined;
  status?: FaultPlan<StatusFault> | undefined;
}

/** The fault this request meets. Takes it from a list. */
export function takeFault<F extends object>(
  plan: FaultPlan<F> | undefined,
  request: FaultRequest,
): F | null {
  if (plan === undefined) return null;
  if (Array.isArray(plan)) return plan.shift() ?? null;
  if (typeof plan === 'function') return plan(request) ?? null;
  return plan;
}

/** Whether a kickoff that meets this fault starts a run. */
export function isAccepted(fault: KickoffFault): boolean {
  if (fault.accepted !== undefined) return fault.accepted;
  if ('status' in fault && fault.status !== undefined) return fault.status < 300;
  return !('reset' in fault || 'hang' in fault || 'html' in fault);
}

/**
 * What the ledger calls the answer under this fault, such as `fault: status 503`; `ordinary` where
 * the answer is well formed: late, of another word, or "not found".
 */
export function answeredUnderFault(
  fault: KickoffFault | StatusFault | null,
  ordinary: string,
): string {
  if (fault === null || 'word' in fault || 'notFound' in fault || isOnlyDelay(fault)) {
    return ordinary;
  }
  if ('status' in fault && fault.status !== undefined) return `fault: status ${fault.status}`;
  return `fault: ${Object.keys(fault).find((key) => !MODIFIERS.includes(key))}`;
}

/** Whether the ordinary answer is given, only late. */
export function isOnlyDelay(fault: KickoffFault | StatusFault): boolean {
  return Object.keys(fault).every((key) => MODIFIERS.includes(key));
}

const MODIFIERS = ['delayMs', 'accepted'];
