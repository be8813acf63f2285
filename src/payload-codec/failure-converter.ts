/**
 * Loaded by path: by the worker, and by its workflow bundle, which runs where there is no Node.
 */
import { ApplicationFailure, DefaultFailureConverter } from '@temporalio/common';
import { findUnreadablePayload, UNREADABLE_TYPES } from './payload-errors.js';

type ErrorToFailure = Parameters<DefaultFailureConverter['errorToFailureInner']>;

const readable = new DefaultFailureConverter();

/** Puts messages and stack traces of failures into a payload, for the codec to encrypt. */
class EncodingFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override errorToFailure(...args: ErrorToFailure) {
    // Which key is missing is for everybody to see, above all for those who do not have it.
    if (isForWantOfKey(args[0])) return readable.errorToFailure(...args);
    return super.errorToFailure(...args);
  }

  override errorToFailureInner(...args: ErrorToFailure) {
    // A failure that came from Temporal is returned as it came, and would lose its message to the
    // next one who converts it, such as an update that fails with the same error as its run.
    return { ...super.errorToFailureInner(...args) };
  }
}

/** The SDK makes an ApplicationFailure of it, without its cause, where an activity cannot start. */
function isForWantOfKey(error: unknown): boolean {
  if (findUnreadablePayload(error) !== null) return true;
  return error instanceof ApplicationFailure && UNREADABLE_TYPES.includes(error.type);
}

export const failureConverter = new EncodingFailureConverter();
