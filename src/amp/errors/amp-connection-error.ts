import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';
import { describeFailure } from './describe-failure.js';

/**
 * No connection could be made (`mayHaveBeenActedOn: false`: DNS, refused, TLS), or it was lost
 * after the request was handed to it (`true`).
 */
export class AmpConnectionError extends AmpError {
  constructor(call: AmpCall, mayHaveBeenActedOn: boolean, cause: unknown) {
    const what = mayHaveBeenActedOn
      ? 'the connection broke before the answer was complete'
      : 'no connection';
    super(call, `${what}: ${describeFailure(cause)}`, { mayHaveBeenActedOn, cause });
  }
}
