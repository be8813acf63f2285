import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURE_TYPES } from '../contract.js';

export type FailureName = keyof typeof FAILURE_TYPES;

/**
 * A failure that ends the run: retrying the workflow would not help, or would not be safe.
 *
 * What others wrote may hold half of a surrogate pair, which JSON can carry and UTF-8 cannot: a short
 * message with one in it ends the worker, and then the next one that takes the workflow task.
 */
export function createRunFailure(
  name: FailureName,
  message: string,
  details: Record<string, unknown>,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES[name],
    message: message.toWellFormed(),
    nonRetryable: true,
    details: [details],
  });
}

/** The failure of the contract that an activity ended with, to be passed on as the run's own. */
export function toRunFailure(error: unknown): ApplicationFailure | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && cause.nonRetryable && isOurs(cause.type)) {
      return ApplicationFailure.create({
        type: cause.type,
        message: cause.message,
        nonRetryable: true,
        details: cause.details ?? [],
      });
    }
  }
  return null;
}

/** The message of the innermost cause: what really happened, without Temporal's wrapping. */
export function toReason(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}

function isOurs(type: string | null | undefined): type is string {
  return typeof type === 'string' && Object.values<string>(FAILURE_TYPES).includes(type);
}
