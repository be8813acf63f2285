import type { AmpCall } from '../operations.js';
import { AmpError, type AmpErrorFields } from './amp-error.js';

/** The API, or a gateway before it, answered with a status other than 2xx. */
export class AmpHttpStatusError extends AmpError {
  declare readonly httpStatus: number;

  constructor(call: AmpCall, reason: string, fields: AmpErrorFields & { httpStatus: number }) {
    super(call, reason, fields);
  }
}
