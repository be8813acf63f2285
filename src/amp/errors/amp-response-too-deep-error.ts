import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/** A 2xx answer whose JSON is nested so deep that not everything that handles it could. */
export class AmpResponseTooDeepError extends AmpError {
  declare readonly httpStatus: number;

  constructor(call: AmpCall, httpStatus: number, cause: Error) {
    super(call, `HTTP ${httpStatus}, but the body is ${cause.message}`, {
      httpStatus,
      mayHaveBeenActedOn: true,
      cause,
    });
  }
}
