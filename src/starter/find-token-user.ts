import type { TemporalClient } from './create-client.js';
import { EXIT } from './exit-codes.js';
import { findRun } from './find-run.js';
import { observeRun } from './observe-run.js';
import { createRunView } from './run-view.js';
import { toTroubles } from './situation.js';
import { StarterError } from './starter-error.js';

/** What a token has to be sealed for, to serve a run until its end. */
export interface TokenUser {
  crew: string;
  timeoutAt: Date;
}

/**
 * Asks the run itself, since its input may leave out both.
 *
 * @throws StarterError (1) when the run is over, or no worker answers for it
 */
export async function findTokenUser(
  temporal: TemporalClient,
  workflowId: string,
): Promise<TokenUser> {
  const run = await findRun(temporal, workflowId);
  if (run.closedAt !== null) {
    throw new StarterError(
      EXIT.failed,
      `The run "${workflowId}" ended at ${run.closedAt.toISOString()}: it uses no token any more.`,
    );
  }
  const view = await observeRun(temporal, createRunView(run));
  const { crew = null, timeoutAt = null } = view.progress ?? {};
  if (crew !== null && timeoutAt !== null) return { crew, timeoutAt: new Date(timeoutAt) };
  const [trouble] = toTroubles(view);
  const worker = view.worker === 'none' ? 'no worker serves its task queue' : trouble;
  throw new StarterError(
    EXIT.failed,
    `The run "${workflowId}" cannot say what its token is for, so nothing was sent: ` +
      `${worker ?? 'it is only starting'}. Try again when a worker answers.`,
  );
}
