import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TemporalClient } from './create-client.js';
import { toFailureMessage } from './failure-message.js';

/** The event of a failed task is the last one, but for those that try it again. */
const LATEST_EVENTS = 10;

/**
 * Why a run's worker cannot go on with it, such as payloads whose key it does not have; null where
 * it does. A workflow task that fails is tried again for ever, so that what is mended heals it.
 */
export async function readTaskProblem(
  temporal: TemporalClient,
  { raw, workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | null> {
  if ((raw.pendingWorkflowTask?.attempt ?? 1) <= 1) return null;
  const { history } = await temporal.connection.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: temporal.namespace,
    execution: { workflowId, runId },
    maximumPageSize: LATEST_EVENTS,
  });
  for (const event of history?.events ?? []) {
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed) return toFailureMessage(temporal, failed.failure);
    // Since then a task has succeeded.
    if (event.workflowTaskCompletedEventAttributes) return null;
  }
  return null;
}
