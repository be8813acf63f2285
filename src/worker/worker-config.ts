import type { NativeConnectionOptions } from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE } from '../contract.js';
import { CrewsConfigurationError, loadCrews, type Crews } from '../crews.js';
import {
  loadPayloadKeys,
  PayloadKeysConfigurationError,
  type PayloadKeys,
} from '../payload-codec.js';
import { KeyFileError } from '../sealing/key-file.js';
import { KEYS_FOLDER, loadPrivateKeys, type PrivateKeys } from '../sealing/private-keys.js';
import { loadTemporalConfig, TemporalConfigurationError } from '../temporal-config.js';
import {
  DeploymentVersionError,
  loadDeploymentVersion,
  type DeploymentVersion,
} from './deployment-version.js';

export interface WorkerConfig {
  crews: Crews;
  payloadKeys: PayloadKeys;
  privateKeys: PrivateKeys;
  taskQueue: string;
  /** Null where workers are not versioned. */
  deploymentVersion: DeploymentVersion | null;
  namespace: string;
  connectionOptions: NativeConnectionOptions & { address: string };
}

/** What has to be mended before a worker can start: all of it at once. */
export class WorkerConfigurationError extends Error {
  override name = 'WorkerConfigurationError';

  constructor(mistakes: readonly string[]) {
    super(`The worker cannot start:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
  }
}

/**
 * Reads the crews, the payload keys, the keys of sealed tokens, the task queue, the worker's version,
 * and Temporal's own variables and `temporal.toml`. Connects to nothing.
 *
 * @throws WorkerConfigurationError
 */
export function loadWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const mistakes: string[] = [];
  const crews = attempt(() => loadCrews(env), mistakes);
  const payloadKeys = attempt(() => loadPayloadKeys(env), mistakes);
  const privateKeys = attempt(() => loadPrivateKeys(env), mistakes);
  const deploymentVersion = attempt(() => loadDeploymentVersion(env), mistakes);
  const temporal = attempt(() => loadTemporalConfig(env), mistakes);
  if (
    crews === undefined ||
    payloadKeys === undefined ||
    privateKeys === undefined ||
    deploymentVersion === undefined ||
    temporal === undefined
  ) {
    throw new WorkerConfigurationError(mistakes);
  }
  const { address, namespace, connectionOptions } = temporal;
  return {
    crews,
    payloadKeys,
    privateKeys,
    taskQueue: env['TEMPORAL_TASK_QUEUE'] || DEFAULT_TASK_QUEUE,
    deploymentVersion,
    namespace,
    connectionOptions: { ...connectionOptions, address },
  };
}

function attempt<T>(load: () => T, mistakes: string[]): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof CrewsConfigurationError) mistakes.push(...error.mistakes);
    else if (error instanceof PayloadKeysConfigurationError) mistakes.push(error.message);
    else if (error instanceof KeyFileError) mistakes.push(`${KEYS_FOLDER}: ${error.message}`);
    else if (error instanceof DeploymentVersionError) mistakes.push(error.message);
    else if (error instanceof TemporalConfigurationError) mistakes.push(error.message);
    else throw error;
    return undefined;
  }
}
