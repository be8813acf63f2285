import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { ASK_AGAIN } from '../contract.js';

/**
 * Keeps a query from carrying a run ahead of its history.
 *
 * A query that waits for a worker while news comes in (an activity's result, a timer, a signal) is
 * answered from a history that has this news already, though no workflow task has brought it yet
 * (temporalio/sdk-go#755 has the same). The SDK lets the run act on it and caches what it became. An
 * update that comes with the workflow task then meets a run that has gone on, and the history a
 * sequence of commands that no replay can repeat: the run is stuck for good. Tried, with a person's
 * `retryKickoff`: 14 of 20 runs.
 *
 * Such a query fails instead, and the SDK drops what it has cached of the run. To ask again is enough.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  /** Of the latest workflow task. */
  let task = { historyLength: 0, historySizeBytes: 0 };
  return {
    internals: [
      {
        activate: (input, next) => {
          const { jobs, isReplaying, historyLength, historySizeBytes } = input.activation;
          if (jobs?.every(({ queryWorkflow }) => queryWorkflow)) return next(input);
          const now = {
            historyLength: historyLength ?? 0,
            historySizeBytes: Number(historySizeBytes ?? 0),
          };
          if (isReplaying !== true && isAhead(now, task)) {
            throw new Error(ASK_AGAIN);
          }
          task = now;
          next(input);
        },
      },
    ],
  };
};

type HistoryAt = Record<'historyLength' | 'historySizeBytes', number>;

/** The size is that at the latest workflow task (0 where a server does not tell); the length is not. */
export function isAhead(now: HistoryAt, task: HistoryAt): boolean {
  return (
    now.historySizeBytes > 0 &&
    now.historySizeBytes === task.historySizeBytes &&
    now.historyLength > task.historyLength
  );
}
