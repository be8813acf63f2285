import { WorkflowUpdateFailedError } from '@temporalio/client';
import { findUnreadablePayload } from '../payload-codec.js';
import type { TemporalClient } from './create-client.js';
import { EXIT } from './exit-codes.js';
import { findRun } from './find-run.js';
import { isServed } from './observe-run.js';
import { say } from './shell.js';
import type { Shell } from './shell.js';
import { StarterError } from './starter-error.js';

/** A worker that is there answers within milliseconds. */
const SILENCE_MS = 3_000;

/**
 * Sends an update to a run and waits until it has done it; says so when no worker is there to do it.
 *
 * @throws StarterError (1) with the run's reason when it refuses; (2) when there is no such run.
 */
export async function sendUpdate(
  shell: Shell,
  temporal: TemporalClient,
  workflowId: string,
  update: string,
  request: object,
): Promise<void> {
  const { runId, taskQueue, closedAt } = await findRun(temporal, workflowId);
  if (closedAt !== null) {
    throw new StarterError(
      EXIT.failed,
      `The run "${workflowId}" ended at ${closedAt.toISOString()}: there is no kickoff to resolve.`,
    );
  }
  shell.onInterrupt = () =>
    say(shell, '\nInterrupted. A worker that comes later may still act on the request.');
  const notice = setTimeout(() => {
    void isServed(temporal, taskQueue).then((served) => {
      const who = served
        ? 'The worker does not answer'
        : `No worker serves the task queue "${taskQueue}"`;
      say(shell, `${who}; waiting.`);
    }, ignore);
  }, SILENCE_MS);
  try {
    await temporal.client.workflow.getHandle(workflowId, runId).executeUpdate(update, {
      args: [request],
    });
  } catch (error) {
    const unreadable = findUnreadablePayload(error);
    if (unreadable !== null) {
      throw new StarterError(
        EXIT.unreachable,
        `The run "${workflowId}" has answered, and its answer cannot be read. ${unreadable.message}.`,
        { cause: error },
      );
    }
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const reason = error.cause?.message ?? error.message;
    throw new StarterError(EXIT.failed, `The run "${workflowId}" refuses: ${reason}`, {
      cause: error,
    });
  } finally {
    clearTimeout(notice);
    shell.onInterrupt = null;
  }
}

function ignore(): void {
  // The update itself tells of a server that is away.
}
