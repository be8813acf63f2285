import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ASK_AGAIN, QUERIES } from '../contract.js';
import type { CrewRunProgress } from '../contract.js';
import { findUnreadablePayload } from '../payload-codec.js';
import type { TemporalClient } from './create-client.js';
import { toFailureMessage } from './failure-message.js';
import type { RunRef } from './run-ref.js';
import type { RunView } from './run-view.js';
import { readTaskProblem } from './task-problem.js';
import { isPassing, isWorkerSilent, toReason } from './temporal-errors.js';

/** A worker that is there answers within milliseconds; a restarted one replays the history first. */
const QUERY_TIMEOUT_MS = 3_000;
/** Its workflow task is done by then, most of the time. */
const ASK_AGAIN_MS = 50;
/** Reads of the server itself; a second would do on a good network. */
const READ_TIMEOUT_MS = 2_000;

/**
 * A worker's poll for tasks lasts a minute; the server remembers pollers for five. One that has not
 * polled for longer than this is gone.
 */
const POLLER_LIFETIME_MS = 75_000;

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_TASK_QUEUE = 1;

/** Looks at a run once more. What cannot be learnt now keeps its value from `last`. */
export async function observeRun(temporal: TemporalClient, last: RunView): Promise<RunView> {
  const handle = temporal.client.workflow.getHandle(last.workflowId);
  let description: WorkflowExecutionDescription;
  try {
    description = await within(temporal, READ_TIMEOUT_MS, () => handle.describe());
  } catch (error) {
    if (isPassing(error)) return { ...last, connected: false };
    throw error;
  }
  const view: RunView = {
    ...last,
    connected: true,
    runId: description.runId,
    retrying: await toRetrying(temporal, description),
    worker: 'answers',
    workerProblem: null,
  };
  try {
    const progress = await queryProgress(temporal, last);
    return { ...view, progress };
  } catch (error) {
    // Nor could its result be read: no use in waiting for that.
    if (findUnreadablePayload(error) !== null) throw error;
    if (!isWorkerSilent(error)) return { ...view, workerProblem: toReason(error) };
  }
  try {
    const served = await isServed(temporal, last.taskQueue);
    const workerProblem = served
      ? await within(temporal, READ_TIMEOUT_MS, () => readTaskProblem(temporal, description))
      : null;
    if (workerProblem !== null) return { ...view, workerProblem };
    return { ...view, worker: served ? 'silent' : 'none' };
  } catch (error) {
    if (isPassing(error)) return { ...last, connected: false };
    throw error;
  }
}

/** Asks the run's worker; fails where none answers soon. */
async function queryProgress(
  temporal: TemporalClient,
  { workflowId }: RunRef,
): Promise<CrewRunProgress> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  return within(temporal, QUERY_TIMEOUT_MS, async () => {
    for (;;) {
      try {
        return await handle.query<CrewRunProgress, []>(QUERIES.progress);
      } catch (error) {
        if (!(error instanceof Error && error.message.includes(ASK_AGAIN))) throw error;
        await delay(ASK_AGAIN_MS);
      }
    }
  });
}

/** Whether a worker has lately asked for workflow tasks of this queue. */
export async function isServed(temporal: TemporalClient, taskQueue: string): Promise<boolean> {
  const { pollers } = await within(temporal, READ_TIMEOUT_MS, () =>
    temporal.connection.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_TASK_QUEUE,
    }),
  );
  return pollers.some(({ lastAccessTime }) => {
    const lastAccessMs = Number(lastAccessTime?.seconds ?? 0) * 1_000;
    return Date.now() - lastAccessMs < POLLER_LIFETIME_MS;
  });
}

async function within<T>(
  { connection }: TemporalClient,
  timeoutMs: number,
  call: () => Promise<T>,
): Promise<T> {
  return connection.withDeadline(Date.now() + timeoutMs, call);
}

async function toRetrying(
  temporal: TemporalClient,
  { raw }: WorkflowExecutionDescription,
): Promise<RunView['retrying']> {
  const pending = raw.pendingActivities?.find(({ attempt }) => (attempt ?? 1) > 1);
  if (!pending) return null;
  return {
    activity: pending.activityType?.name ?? 'activity',
    attempt: pending.attempt ?? 1,
    reason: await toFailureMessage(temporal, pending.lastFailure),
  };
}
