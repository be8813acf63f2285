import type { AmpCall } from '../operations.js';
import { AmpError } from './amp-error.js';

/** A 2xx answer with a body over the limit; it was not read to its end. */
export class AmpResponseTooLargeError extends AmpError {
  declare readonly httpStatus: number;
  readonly limitBytes: number;
  /** Only where the answer announced its size. */
  readonly sizeBytes: number | undefined;

  constructor(
    call: AmpCall,
    httpStatus: number,
    limitBytes: number,
    sizeBytes: number | undefined,
  ) {
    const size = sizeBytes === undefined ? '' : ` (it has ${sizeBytes})`;
    super(
      call,
      `HTTP ${httpStatus}, but the body is over the limit of ${limitBytes} bytes${size}`,
      {
        httpStatus,
        mayHaveBeenActedOn: true,
      },
    );
    this.limitBytes = limitBytes;
    this.sizeBytes = sizeBytes;
  }
}
