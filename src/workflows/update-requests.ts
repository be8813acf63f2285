import { ApplicationFailure } from '@temporalio/workflow';
import { UPDATE_FAILURE_TYPES } from '../contract.js';

/** Anybody may send anything: all that can be read of it. */
export function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** @throws ApplicationFailure `UpdateRefused` */
export function refuseUnknownFields(update: string, request: unknown, known: string[]): void {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    refuse(`${update} takes one object with ${known.length ? known.join(', ') : 'no fields'}`);
  }
  const unknown = Object.keys(toRecord(request)).filter((key) => !known.includes(key));
  if (unknown.length > 0) refuse(`${update} does not know the field ${unknown.join(', ')}`);
}

/** @throws ApplicationFailure `UpdateRefused` */
export function refuse(message: string): never {
  throw ApplicationFailure.create({
    // Names of fields are anybody's: see createRunFailure.
    message: message.toWellFormed(),
    type: UPDATE_FAILURE_TYPES.UpdateRefused,
    nonRetryable: true,
  });
}
