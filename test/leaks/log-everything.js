/**
 * Loaded before a worker: lets it log all that its SDK can log, to the last detail, and end by the
 * error that it logged last. No setting of the worker does this.
 */
import process from 'node:process';
import { inspect } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';

const install = Runtime.install.bind(Runtime);
let lastError = new Error('nothing has failed yet');

Runtime.install = ({ logger, ...options }) =>
  install({
    ...options,
    logger: new DefaultLogger('TRACE', (entry) => {
      if (entry.meta?.error instanceof Error) lastError = entry.meta.error;
      // In the worker's own form, and in full.
      logger.log(entry.level, entry.message, entry.meta);
      process.stderr.write(`${inspect(entry, { depth: Infinity, maxStringLength: Infinity })}\n`);
    }),
    // At `trace` the transport alone says 100 MB, and nothing of what it transports.
    telemetryOptions: {
      logging: { filter: 'debug,temporalio_sdk_core=trace,temporalio_client=trace', forward: {} },
    },
  });

process.on('SIGUSR2', () => void Promise.reject(lastError));
