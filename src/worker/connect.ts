import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { WorkerConfigurationError } from './worker-config.js';

/** A server that has just come up is noticed this soon; one that is away sees little of it. */
const RETRY_MS = 1_000;
/** One attempt: more than a slow TLS handshake takes, and an end for a server that accepts and says nothing. */
const ATTEMPT_MS = 10_000;

export interface ConnectOptions {
  connectionOptions: NativeConnectionOptions & { address: string };
  namespace: string;
  /** How long to keep trying, in milliseconds. */
  timeoutMs: number;
  /** Told once for each different reason for which there is no connection yet. */
  onProblem: (problem: string) => void;
}

/** Temporal could not be reached in time. */
export class TemporalUnreachableError extends Error {
  override name = 'TemporalUnreachableError';
}

/**
 * Connects to Temporal and sees that the namespace is there, again and again until it succeeds.
 *
 * @throws TemporalUnreachableError when `timeoutMs` has passed
 * @throws WorkerConfigurationError when the address is none
 */
export async function connect({
  connectionOptions,
  namespace,
  timeoutMs,
  onProblem,
}: ConnectOptions): Promise<NativeConnection> {
  const deadline = Date.now() + timeoutMs;
  let lastProblem: string | undefined;
  for (;;) {
    try {
      const remainingMs = Math.max(deadline - Date.now(), RETRY_MS);
      return await connectOnce(connectionOptions, namespace, Math.min(remainingMs, ATTEMPT_MS));
    } catch (error) {
      // The client's answer to options that it cannot use; they do not get better by waiting.
      if (error instanceof TypeError) {
        throw new WorkerConfigurationError([`TEMPORAL_ADDRESS: ${error.message}`]);
      }
      const where = `Temporal at ${connectionOptions.address} (namespace "${namespace}")`;
      const problem = `${where} cannot be reached: ${toReason(error)}`;
      if (Date.now() >= deadline) {
        throw new TemporalUnreachableError(problem, { cause: error });
      }
      if (problem !== lastProblem) onProblem(problem);
      lastProblem = problem;
      await delay(Math.min(RETRY_MS, Math.max(deadline - Date.now(), 0)));
    }
  }
}

async function connectOnce(
  options: NativeConnectionOptions,
  namespace: string,
  timeoutMs: number,
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const silence = new AbortController();
  const connection = await Promise.race([
    connecting,
    delay(timeoutMs, undefined, { signal: silence.signal }),
  ]).finally(() => {
    silence.abort();
  });
  if (connection === undefined) {
    // Should it still come, nobody needs it any more.
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    throw new Error(`no answer within ${timeoutMs} ms`);
  }
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The innermost words of what the native client says: `Connection refused` of a nest of error types. */
function toReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, innermost] = /(?:message|error): "([^"]+)"/.exec(message) ?? [];
  return (innermost ?? message).replace(/\.$/, '');
}
