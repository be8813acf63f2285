import type { ClientConnectConfig } from '@temporalio/envconfig';
import { loadClientConnectConfig } from '@temporalio/envconfig';

export interface TemporalConfig {
  /** host:port */
  address: string;
  namespace: string;
  /** API key, TLS and headers, for either kind of connection. */
  connectionOptions: Omit<ClientConnectConfig['connectionOptions'], 'address'>;
}

/** Temporal's variables or its configuration file cannot be used. */
export class TemporalConfigurationError extends Error {
  override name = 'TemporalConfigurationError';
}

/**
 * Where Temporal is, from its own `TEMPORAL_…` variables and `temporal.toml`, as its other tools
 * read them.
 *
 * @throws TemporalConfigurationError
 */
export function loadTemporalConfig(env: NodeJS.ProcessEnv): TemporalConfig {
  const overrideEnvVars: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) overrideEnvVars[name] = value;
  }
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
      overrideEnvVars,
    });
    const { address = 'localhost:7233', ...others } = connectionOptions;
    assertHeadersFit(others);
    return { address, namespace, connectionOptions: others };
  } catch (error) {
    // The lines after the first quote the file, which may hold an API key. So does the error's own
    // cause: it is left behind.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new TemporalConfigurationError(`TEMPORAL_… variables or temporal.toml: ${reason}`);
  }
}

/** What no header can carry is repeated by the client's own error, which is printed. */
function assertHeadersFit({ apiKey, metadata }: TemporalConfig['connectionOptions']): void {
  const headers = { ...metadata, ...(typeof apiKey === 'string' ? { 'API key': apiKey } : {}) };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || /^[\x20-\x7e]*$/.test(value)) continue;
    throw new Error(`the ${name} has line ends or special characters, which no header can carry`);
  }
}
