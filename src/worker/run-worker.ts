import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { Crews } from '../crews.js';
import { WORKER_OPTIONS } from './worker-options.js';

export interface RunWorkerOptions {
  crews: Crews;
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** Aborted, the worker takes no new work and drains. */
  signal: AbortSignal;
  onReady?: () => void;
}

// Written by `npm run build`; the same file whether this runs from src/ or from dist/.
const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** Runs workflows and activities until `signal` is aborted and what is under way has ended. */
export async function runWorker({
  crews,
  connection,
  namespace,
  taskQueue,
  signal,
  onReady,
}: RunWorkerOptions): Promise<void> {
  const crewActivities = createActivities({ crews });
  try {
    const worker = await Worker.create({
      ...WORKER_OPTIONS,
      connection,
      namespace,
      taskQueue,
      activities: crewActivities.activities,
      workflowBundle: { codePath },
    });
    onReady?.();
    await worker.runUntil(async () => {
      if (!signal.aborted) await once(signal, 'abort');
    });
  } finally {
    await crewActivities.close();
  }
}
