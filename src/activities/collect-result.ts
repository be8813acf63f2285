import { performance } from 'node:perf_hooks';
import type { CollectedResult, CrewRunOutput, StatusRequest } from '../contract.js';
import { createFailure } from './failures.js';
import type { ReadStatus } from './get-status.js';
import { readStatus, toReport } from './get-status.js';
import type { FindClient } from './amp-clients.js';

/** Temporal's limit for one payload is 2 MB; what stands around the output in it needs some room. */
const LARGEST_RESULT_BYTES = 2 * 1024 * 1024 - 16 * 1024;

/**
 * Reads the status once more and returns what the crew left.
 *
 * @throws ApplicationFailure `ResultTooLarge` when it does not fit a Temporal payload
 */
export async function collectResult(
  find: FindClient,
  request: StatusRequest,
): Promise<CollectedResult> {
  const started = performance.now();
  const status = await readStatus(find, request);
  const output = toOutput(status, request.kickoffId);
  if (output === null) {
    return { over: false, report: toReport(status, Math.round(performance.now() - started)) };
  }
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes > LARGEST_RESULT_BYTES) {
    throw createFailure(
      'ResultTooLarge',
      `The result of run ${request.kickoffId} of crew "${request.crew}" has ${bytes} bytes; Temporal ` +
        `takes ${LARGEST_RESULT_BYTES}. It can still be read from the crew: GET /status/${request.kickoffId}.`,
      { kickoffId: request.kickoffId, bytes, limitBytes: LARGEST_RESULT_BYTES },
    );
  }
  return { over: true, output };
}

/** The contract's output, or null when the API no longer says that the run is over. */
function toOutput(status: ReadStatus, kickoffId: string): CrewRunOutput | null {
  const none = { kickoffId, output: null, outputJson: null, error: null } as const;
  switch (status.status) {
    case 'completed':
      return {
        ...none,
        status: 'completed',
        output: status.output,
        outputJson: status.outputJson,
        tasks: status.tasks,
        executionTime: status.executionTime,
        usageMetrics: status.usageMetrics,
      };
    case 'error':
      return {
        ...none,
        status: 'error',
        tasks: status.tasks,
        executionTime: status.executionTime,
        error: status.error,
        usageMetrics: status.usageMetrics,
      };
    case 'cancelled':
      return {
        ...none,
        status: 'error',
        tasks: null,
        executionTime: status.executionTime,
        error: `cancelled: ${status.word}`,
        usageMetrics: null,
      };
    case 'pending':
    case 'running':
    case 'waiting':
    case 'notFound':
    case 'unknown':
    case 'tokenRefused':
      return null;
  }
}
