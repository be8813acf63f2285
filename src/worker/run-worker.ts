import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { Crews } from '../crews.js';
import type { PrivateKeys } from '../sealing/private-keys.js';
import { toDeploymentOptions, type DeploymentVersion } from './deployment-version.js';
import { WORKER_OPTIONS } from './worker-options.js';

export interface RunWorkerOptions {
  crews: Crews;
  privateKeys: PrivateKeys;
  dataConverter: DataConverter;
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  deploymentVersion: DeploymentVersion | null;
  /** Aborted, the worker takes no new work and drains. */
  signal: AbortSignal;
  onReady?: () => void;
}

/**
 * Written by `npm run build`; the same files whether this runs from src/ or from dist/. What turns
 * an error of the workflow into a failure is part of the bundle, and cannot be given to it later.
 */
function toCodePath({ failureConverterPath }: DataConverter): string {
  const bundle =
    failureConverterPath === undefined
      ? 'workflow-bundle.js'
      : 'workflow-bundle-encoded-failures.js';
  return fileURLToPath(new URL(`../../dist/${bundle}`, import.meta.url));
}

/** Runs workflows and activities until `signal` is aborted and what is under way has ended. */
export async function runWorker({
  crews,
  privateKeys,
  dataConverter,
  connection,
  namespace,
  taskQueue,
  deploymentVersion,
  signal,
  onReady,
}: RunWorkerOptions): Promise<void> {
  const crewActivities = createActivities({ crews, privateKeys });
  try {
    const worker = await Worker.create({
      ...WORKER_OPTIONS,
      connection,
      namespace,
      taskQueue,
      ...toDeploymentOptions(deploymentVersion),
      activities: crewActivities.activities,
      dataConverter,
      workflowBundle: { codePath: toCodePath(dataConverter) },
    });
    onReady?.();
    await worker.runUntil(async () => {
      if (!signal.aborted) await once(signal, 'abort');
    });
  } finally {
    await crewActivities.close();
  }
}
