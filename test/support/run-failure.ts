import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CrewRunHandle } from './crew-harness.js';

/** The failure that a run ended with. Throws when the run ended in any other way. */
export async function failureOf(handle: CrewRunHandle): Promise<ApplicationFailure> {
  let output: unknown;
  try {
    output = await handle.result();
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) {
      return error.cause;
    }
    throw error;
  }
  throw new Error(`The run did not fail: ${JSON.stringify(output)}`);
}
