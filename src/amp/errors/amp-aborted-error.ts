import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/** The caller's `AbortSignal` ended the call. `cause` is the signal's reason. */
export class AmpAbortedError extends AmpError {
  constructor(call: AmpCall, mayHaveBeenActedOn: boolean, cause: unknown) {
    super(call, 'aborted by the caller', { mayHaveBeenActedOn, cause });
  }
}
