import { once } from 'node:events';
import { DefaultLogger, Runtime, type Logger } from '@temporalio/worker';
import type { Crews } from '../crews.js';
import { createDataConverter } from '../payload-codec.js';
import { connect, TemporalUnreachableError } from './connect.js';
import { toLogLine } from './log-line.js';
import { runWorker } from './run-worker.js';
import { loadWorkerConfig, WorkerConfigurationError, type WorkerConfig } from './worker-config.js';

/** How the process ended. Whatever else goes wrong is thrown. */
export type Served = 'stopped' | 'misconfigured' | 'unreachable';

/** A whole worker process: reads its configuration, connects, and serves until `stop` is aborted. */
export async function serve(
  env: NodeJS.ProcessEnv,
  connectTimeoutMs: number,
  stop: AbortSignal,
): Promise<Served> {
  const logger = new DefaultLogger('INFO', (entry) => process.stderr.write(toLogLine(entry)));
  Runtime.install({
    logger,
    // The native part's warnings in the same form as all others.
    telemetryOptions: { logging: { forward: {} } },
    // Signals are the caller's: it says what the second one means.
    shutdownSignals: [],
  });
  try {
    await serveUntil(stop, loadWorkerConfig(env), connectTimeoutMs, logger);
    return 'stopped';
  } catch (error) {
    if (error instanceof WorkerConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      return 'misconfigured';
    }
    if (error instanceof TemporalUnreachableError) {
      logger.error(
        `${error.message}. Start a server there (for development: temporal server start-dev), or say where it is with TEMPORAL_ADDRESS`,
      );
      return 'unreachable';
    }
    throw error;
  } finally {
    Runtime.instance().flushLogs();
  }
}

async function serveUntil(
  stop: AbortSignal,
  config: WorkerConfig,
  connectTimeoutMs: number,
  logger: Logger,
): Promise<void> {
  const { crews, payloadKeys, privateKeys, connectionOptions, namespace, taskQueue } = config;
  const { deploymentVersion } = config;
  logger.info(`Crews: ${toCrewList(crews)}`);
  const current = payloadKeys.current();
  if (current !== null) logger.info(`Payloads: encrypted with the key "${current.id}"`);
  const keyIds = privateKeys.ids.map((id) => `"${id}"`);
  if (keyIds.length > 0) logger.info(`Sealed tokens: opened with the keys ${keyIds.join(', ')}`);
  if (deploymentVersion !== null) {
    const { deploymentName, buildId } = deploymentVersion;
    logger.info(`Deployment "${deploymentName}", build "${buildId}": gets runs once it is current`);
  }
  const connecting = connect({
    connectionOptions,
    namespace,
    timeoutMs: connectTimeoutMs,
    onProblem: (problem) => {
      logger.warn(`${problem}; trying again for ${connectTimeoutMs / 1_000} s in all`);
    },
  });
  const stopped = (stop.aborted ? Promise.resolve() : once(stop, 'abort')).then(() => {
    logger.info(`${String(stop.reason)}: finishing what is under way; once more stops at once`);
    return undefined;
  });
  const connection = await Promise.race([connecting, stopped]);
  if (connection === undefined) return;
  try {
    const where = `namespace "${namespace}" at ${connectionOptions.address}`;
    const onReady = () => {
      logger.info(`Ready: serving task queue "${taskQueue}" in ${where}`);
    };
    const dataConverter = createDataConverter(payloadKeys);
    await runWorker({
      crews,
      privateKeys,
      dataConverter,
      connection,
      namespace,
      taskQueue,
      deploymentVersion,
      signal: stop,
      onReady,
    });
  } finally {
    await connection.close();
  }
  logger.info('Stopped: nothing is left under way');
}

function toCrewList(crews: Crews): string {
  return [...crews.values()].map(({ name, url }) => `${name} (${new URL(url).host})`).join(', ');
}
