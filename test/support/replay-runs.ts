import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import type { CrewRunHandle } from './crew-harness.js';
import { quietenWorkers } from './crew-harness.js';

const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/**
 * Replays the runs' histories, as the next worker would.
 *
 * @throws Error of the first one that takes other steps than it took
 */
export async function replayRuns(handles: readonly CrewRunHandle[]): Promise<void> {
  quietenWorkers();
  async function* toHistories() {
    for (const handle of handles) {
      yield { workflowId: handle.workflowId, history: await handle.fetchHistory() };
    }
  }
  const results = Worker.runReplayHistories({ workflowBundle: { codePath } }, toHistories());
  for await (const { workflowId, error } of results) {
    if (error) throw new Error(`${workflowId} is not replayed: ${error.message}`, { cause: error });
  }
}
