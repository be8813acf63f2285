import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/**
 * A 2xx answer that no reading of the API explains: empty, HTML, not JSON, compressed without
 * being asked, or JSON without what the operation promises. The message has the start of the body.
 */
export class AmpUnreadableResponseError extends AmpError {
  declare readonly httpStatus: number;

  constructor(call: AmpCall, httpStatus: number, reason: string, cause?: unknown) {
    super(call, `HTTP ${httpStatus}, but ${reason}`, {
      httpStatus,
      mayHaveBeenActedOn: true,
      cause,
    });
  }
}
