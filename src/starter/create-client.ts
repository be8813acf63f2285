import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import {
  createDataConverter,
  loadPayloadKeys,
  PayloadKeysConfigurationError,
  type PayloadKeys,
} from '../payload-codec.js';
import type { TemporalConfig } from '../temporal-config.js';
import { loadTemporalConfig } from '../temporal-config.js';
import { createCloseGuard } from './close-guard.js';
import type { ConnectionFlags } from './command-options.js';
import { createUsageError } from './starter-error.js';

/** A client, and what it is connected to in words. */
export interface TemporalClient {
  client: Client;
  /** For commands that need no payload: one that cannot be read is null, and `problems` says why. */
  tolerant: { client: Client; problems: ReadonlySet<string> };
  connection: Connection;
  address: string;
  namespace: string;
  /** The server's last refusal to talk, which a deadline's error does not tell. */
  lastProblem(): string | null;
  /** Closes the connection. What is still under way is given up. */
  close(): Promise<void>;
}

/** While a server restarts, look again this soon; gRPC would wait up to two minutes. */
const MAX_RECONNECT_BACKOFF_MS = 2_000;

/** gRPC's status code for a server that cannot be reached. */
const UNAVAILABLE = 14;

/**
 * Makes the one client of a command, without connecting yet: from Temporal's environment variables
 * and `temporal.toml`, then the flags; with the payload keys of the environment.
 *
 * @throws StarterError (2) when the configuration cannot be used.
 */
export function createClient(
  flags: ConnectionFlags,
  env: Record<string, string | undefined>,
): TemporalClient {
  try {
    const { address, namespace, connectionOptions } = loadTemporalConfig(env);
    return connectLazily(
      {
        address: flags.address ?? address,
        namespace: flags.namespace ?? namespace,
        connectionOptions,
      },
      loadPayloadKeys(env),
    );
  } catch (error) {
    if (error instanceof PayloadKeysConfigurationError) {
      throw createUsageError([error.message], { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw createUsageError([`Temporal's configuration is wrong: ${reason}`], { cause: error });
  }
}

function connectLazily(
  { address, namespace, connectionOptions }: TemporalConfig,
  keys: PayloadKeys,
): TemporalClient {
  if (address === '') throw new TypeError('the address is empty');
  let problem: string | null = null;
  const retry = defaultGrpcRetryOptions();
  const guard = createCloseGuard();
  const connection = Connection.lazy({
    ...connectionOptions,
    address,
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 250,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_BACKOFF_MS,
    },
    interceptors: [
      makeGrpcRetryInterceptor({
        ...retry,
        retryableDecider(attempt, status) {
          const code: number = status.code;
          if (code === UNAVAILABLE) problem = status.details;
          return retry.retryableDecider(attempt, status);
        },
      }),
      guard.interceptor,
    ],
  });
  const problems = new Set<string>();
  const tolerantConverter = createDataConverter(keys, ({ message }) => {
    problems.add(message);
    return defaultPayloadConverter.toPayload(null);
  });
  return {
    client: new Client({ connection, namespace, dataConverter: createDataConverter(keys) }),
    tolerant: {
      client: new Client({ connection, namespace, dataConverter: tolerantConverter }),
      problems,
    },
    connection,
    address,
    namespace,
    lastProblem: () => problem,
    async close() {
      guard.close();
      await connection.close();
    },
  };
}
