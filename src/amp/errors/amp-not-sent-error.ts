import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/**
 * Nothing was sent, and the network is not to blame: the token could not be had, `beforeSend` said
 * no, the request cannot be written as JSON, or the client is closed. `cause` has the reason.
 */
export class AmpNotSentError extends AmpError {
  constructor(call: AmpCall, reason: string, cause?: unknown) {
    super(call, `not sent: ${reason}`, { mayHaveBeenActedOn: false, cause });
  }
}
