import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';
import type { AmpClientOptions, KickoffOptions, ReadOptions } from './amp-client-options.js';
import { type BaseUrl, parseBaseUrl } from './base-url.js';
import { createConnector, createSingleUseConnector } from './connector.js';
import { AmpAbortedError } from './errors/amp-aborted-error.js';
import { exchange, type HttpAnswer } from './http-exchange.js';
import { Interruption } from './interruption.js';
import type { AmpCall, Operation } from './operations.js';
import { toExchangeError } from './to-amp-error.js';

/**
 * As many reads as one crew's API is asked for at once, well below the usual limit of 1,024 open
 * files. Further ones wait for a connection, within their own time: an API that leaves this many
 * without an answer would not be helped by more.
 */
const READ_CONNECTIONS = 256;

/** Servers commonly close an idle connection after 5 s: leave it before they do. */
const KEEP_ALIVE_MS = 4_000;

/** Waits are measured by `Interruption`, which says why. */
const NO_UNDICI_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 } as const;

/** One crew's connections: kept alive and shared for reads, a new one for each kickoff. */
export class Transport {
  readonly #base: BaseUrl;
  readonly #crew: string;
  readonly #kickoffTimeoutMs: number;
  readonly #headersMs: number;
  readonly #bodyMs: number;
  readonly #maximumResponseBytes: number;
  readonly #connect: buildConnector.connector;
  readonly #reads: Pool;
  #closed = false;

  constructor(options: Omit<AmpClientOptions, 'token'>) {
    this.#base = parseBaseUrl(options.url);
    this.#crew = options.crew ?? 'default';
    this.#kickoffTimeoutMs = options.kickoffTimeoutMs ?? 60_000;
    this.#headersMs = options.timeouts?.headersMs ?? 30_000;
    this.#bodyMs = options.timeouts?.bodyMs ?? 30_000;
    this.#maximumResponseBytes = options.maximumResponseBytes ?? 8 * 1024 * 1024;
    this.#connect = createConnector(options.timeouts?.connectMs ?? 10_000);
    this.#reads = new Pool(this.#base.origin, {
      connect: this.#connect,
      connections: READ_CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      ...NO_UNDICI_TIMEOUTS,
    });
  }

  /** @param path percent-encoded, without the base URL's own. */
  createCall(operation: Operation, path: string): AmpCall {
    const fullPath = `${this.#base.pathPrefix}${path}`;
    return { operation, path: fullPath, url: `${this.#base.origin}${fullPath}`, crew: this.#crew };
  }

  /** Rejects with an AmpError when no answer came; any HTTP status is an answer. */
  async read(call: AmpCall, token: string, { signal }: ReadOptions): Promise<HttpAnswer> {
    if (signal?.aborted === true) throw new AmpAbortedError(call, false, signal.reason);
    const interruption = new Interruption(signal);
    interruption.expect('no answer', this.#headersMs);
    try {
      return await this.#exchange(this.#reads, call, toHeaders(token), interruption, {
        bodyMs: this.#bodyMs,
      });
    } catch (error) {
      throw toExchangeError(call, error, true);
    } finally {
      interruption.dispose();
    }
  }

  /** As `read`, over a new connection that is closed afterwards. Once written it is not aborted. */
  async kickoff(
    call: AmpCall,
    token: string,
    body: string,
    { idempotencyKey, beforeSend = () => undefined }: KickoffOptions,
  ): Promise<HttpAnswer> {
    let handedOver = false;
    const interruption = new Interruption();
    const client = new Client(this.#base.origin, {
      connect: createSingleUseConnector(this.#connect, {
        beforeSend,
        onHandOver: () => {
          handedOver = true;
          interruption.expect('no complete answer', this.#kickoffTimeoutMs);
        },
      }),
      ...NO_UNDICI_TIMEOUTS,
    });
    const headers = {
      ...toHeaders(token),
      connection: 'close',
      'content-type': 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    };
    try {
      return await this.#exchange(client, call, headers, interruption, { body });
    } catch (error) {
      throw toExchangeError(call, error, handedOver);
    } finally {
      interruption.dispose();
      await client.destroy();
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for reads under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#reads.close();
  }

  async #exchange(
    dispatcher: Dispatcher,
    { operation, path }: AmpCall,
    headers: Record<string, string>,
    interruption: Interruption,
    { body, bodyMs }: { body?: string; bodyMs?: number },
  ): Promise<HttpAnswer> {
    return await exchange(
      dispatcher,
      { method: operation.method, path, headers, body },
      { interruption, bodyMs, maximumResponseBytes: this.#maximumResponseBytes },
    );
  }
}

function toHeaders(token: string): Record<string, string> {
  return {
    accept: 'application/json',
    // A compressed body could be of any size once unpacked, whatever the limit says.
    'accept-encoding': 'identity',
    authorization: `Bearer ${token}`,
    'user-agent': 'temporal-crewai',
  };
}
