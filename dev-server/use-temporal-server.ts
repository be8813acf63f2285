import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  startTemporalDevServer,
  type TemporalDevServerOptions,
  type TemporalServer,
} from './temporal-dev-server.js';

/**
 * The server that `TEMPORAL_ADDRESS` names (with the namespace, key and TLS of Temporal's other
 * variables), which is left as it is, or a dev server of its own.
 *
 * Rejects when the named server cannot be reached within 5 s: whoever names one wants that one.
 */
export async function useTemporalServer(
  options: TemporalDevServerOptions = {},
): Promise<TemporalServer> {
  if (process.env['TEMPORAL_ADDRESS'] === undefined) return startTemporalDevServer(options);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? process.env['TEMPORAL_ADDRESS'];
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
    await connection.close();
  } catch (cause) {
    throw new Error(
      `No Temporal server answers at ${address} (TEMPORAL_ADDRESS). Start it, or unset the variable to have one started.`,
      { cause },
    );
  }
  return { address, namespace, uiUrl: undefined, stop: () => Promise.resolve() };
}
