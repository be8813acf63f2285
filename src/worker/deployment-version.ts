import type { WorkerOptions } from '@temporalio/worker';

/** The version of a worker, as `temporal worker deployment` names it. */
export interface DeploymentVersion {
  deploymentName: string;
  buildId: string;
}

/** What is said of the worker's version cannot be used. */
export class DeploymentVersionError extends Error {
  override name = 'DeploymentVersionError';
}

/** The names that Temporal's Worker Controller sets. */
const NAME = 'TEMPORAL_DEPLOYMENT_NAME';
const BUILD = 'TEMPORAL_WORKER_BUILD_ID';

/**
 * Which version of which deployment the worker is; null where workers are not versioned.
 *
 * @throws DeploymentVersionError
 */
export function loadDeploymentVersion(env: NodeJS.ProcessEnv): DeploymentVersion | null {
  const deploymentName = env[NAME] ?? '';
  const buildId = env[BUILD] ?? '';
  if (deploymentName === '' && buildId === '') return null;
  if (deploymentName === '' || buildId === '') {
    const [given, missing] = buildId === '' ? [NAME, BUILD] : [BUILD, NAME];
    throw new DeploymentVersionError(`${given} is set and ${missing} is not: set both, or neither`);
  }
  // The server's own rule: a dot parts the two where a version is written as one word.
  if (deploymentName.includes('.')) {
    throw new DeploymentVersionError(`${NAME} must not contain a dot: "${deploymentName}"`);
  }
  return { deploymentName, buildId };
}

/**
 * A run moves to the version that is current: it waits for hours, and would hold an old worker, with
 * its tokens and keys, for as long. Each version can go on with the runs of those before it, which
 * the replay tests hold it to. Who wants a run to stay starts it with a versioning override.
 */
export function toDeploymentOptions(
  version: DeploymentVersion | null,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {};
  return {
    workerDeploymentOptions: {
      version,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
