import type { ConnectionFlags } from './command-options.js';
import { createClient } from './create-client.js';
import type { TemporalClient } from './create-client.js';
import type { Shell } from './shell.js';
import { toStarterError } from './temporal-errors.js';

/** Long enough for a server that is just starting, short enough to wait for an error message. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects, does the work and closes the connection. Errors of Temporal's client come out as
 * messages for the user.
 *
 * @throws StarterError: 3 when the server cannot be reached, 2 for a namespace or run it does not
 * know.
 */
export async function withTemporal<Result>(
  flags: ConnectionFlags,
  shell: Shell,
  work: (temporal: TemporalClient) => Promise<Result>,
): Promise<Result> {
  const temporal = createClient(flags, shell.env);
  try {
    await temporal.connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      temporal.connection.workflowService.getSystemInfo({}),
    );
    return await work(temporal);
  } catch (error) {
    throw toStarterError(error, temporal);
  } finally {
    await temporal.close();
  }
}
