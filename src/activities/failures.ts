import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES } from '../contract.js';
import type { Crews } from '../crews.js';

/** A failure of the contract: the workflow passes it on and ends with it. */
export function createFailure(
  name: keyof typeof FAILURE_TYPES,
  message: string,
  details: Record<string, unknown>,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES[name],
    message,
    nonRetryable: true,
    details: [details],
  });
}

export function createUnknownCrew(name: string, crews: Crews): ApplicationFailure {
  return createFailure(
    'UnknownCrew',
    `This worker knows no crew "${name}". It knows: ${[...crews.keys()].join(', ')}. ` +
      'Name one of them as `crew`, or add this one to the crews file of the worker.',
    { kickoffId: null, crew: name, knownCrews: [...crews.keys()] },
  );
}
