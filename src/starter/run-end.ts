import { TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { CrewRunOutput } from '../contract.js';
import type { TemporalClient } from './create-client.js';
import type { CrewRunWorkflow } from './find-run.js';
import type { RunRef } from './run-ref.js';

export interface RunFailure {
  end: 'failed' | 'cancelled' | 'terminated' | 'timedOut';
  /** One of `FAILURE_TYPES` where the workflow failed by itself. */
  type: string | null;
  message: string;
  kickoffId: string | null;
}

/** How a run ended. */
export type RunEnd =
  { ended: 'returned'; output: CrewRunOutput } | { ended: 'failed'; failure: RunFailure };

/** Waits for the end of a run, through continue-as-new. Errors of the connection come out. */
export async function awaitRunEnd(
  { client }: TemporalClient,
  { workflowId, runId }: RunRef,
): Promise<RunEnd> {
  try {
    const output = await client.workflow.getHandle<CrewRunWorkflow>(workflowId, runId).result();
    return { ended: 'returned', output };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { ended: 'failed', failure: toRunFailure(error.cause) };
  }
}

/** What the user is told of the cause of a `WorkflowFailedError`. */
export function toRunFailure(cause: unknown): RunFailure {
  const known = { type: null, kickoffId: null };
  if (cause instanceof ApplicationFailure) {
    return {
      end: 'failed',
      type: cause.type ?? null,
      message: cause.message,
      kickoffId: toKickoffId(cause.details?.[0]),
    };
  }
  if (cause instanceof CancelledFailure) {
    const kickoffId = toKickoffId(cause.details[0]);
    return { ...known, end: 'cancelled', message: 'The run was cancelled.', kickoffId };
  }
  if (cause instanceof TerminatedFailure) {
    return { ...known, end: 'terminated', message: `The run was terminated: ${cause.message}` };
  }
  if (cause instanceof TimeoutFailure) {
    return { ...known, end: 'timedOut', message: 'Temporal ended the run: its time was up.' };
  }
  const message = cause instanceof Error ? cause.message : 'The run failed.';
  return { ...known, end: 'failed', message };
}

function toKickoffId(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('kickoffId' in details)) return null;
  return typeof details.kickoffId === 'string' ? details.kickoffId : null;
}
