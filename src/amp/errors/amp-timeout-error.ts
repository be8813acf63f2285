import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/** The API took too long: to accept a connection (`mayHaveBeenActedOn: false`) or to answer (`true`). */
export class AmpTimeoutError extends AmpError {
  constructor(call: AmpCall, reason: string, mayHaveBeenActedOn: boolean, cause: unknown) {
    super(call, reason, { mayHaveBeenActedOn, cause });
  }
}
