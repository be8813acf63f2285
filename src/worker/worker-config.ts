import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE } from '../contract.js';
import { CrewsConfigurationError, loadCrews, type Crews } from '../crews.js';

export interface WorkerConfig {
  crews: Crews;
  taskQueue: string;
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
 * Reads the crews, the task queue, and Temporal's own variables and `temporal.toml`. Connects to
 * nothing.
 *
 * @throws WorkerConfigurationError
 */
export function loadWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const mistakes: string[] = [];
  const crews = attempt(() => loadCrews(env), mistakes);
  const temporal = attempt(() => loadTemporalConfig(env), mistakes);
  if (crews === undefined || temporal === undefined) throw new WorkerConfigurationError(mistakes);
  const { connectionOptions, namespace = 'default' } = temporal;
  return {
    crews,
    taskQueue: env['TEMPORAL_TASK_QUEUE'] || DEFAULT_TASK_QUEUE,
    namespace,
    connectionOptions: {
      ...connectionOptions,
      address: connectionOptions.address ?? 'localhost:7233',
    },
  };
}

function loadTemporalConfig(env: NodeJS.ProcessEnv) {
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
}

function attempt<T>(load: () => T, mistakes: string[]): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof CrewsConfigurationError) {
      mistakes.push(...error.mistakes);
    } else {
      // The lines after the first quote the file, which may hold an API key.
      const message = error instanceof Error ? error.message : String(error);
      const [reason = ''] = message.split('\n');
      mistakes.push(`TEMPORAL_… variables or temporal.toml: ${reason}`);
    }
    return undefined;
  }
}
