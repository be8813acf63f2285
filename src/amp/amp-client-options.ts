import type { TokenProvider } from './token-provider.js';

export interface AmpClientOptions {
  /** The crew's own: `https://<name>.crewai.com`, or wherever it is hosted. */
  url: string;
  token: TokenProvider;
  /** The crew's name in messages. Default `default`. */
  crew?: string;
  /**
   * How long `POST /kickoff` may take to answer, headers and body. Default 60,000: it only queues
   * the run, but may have to wake a sleeping deployment first, and giving up early leaves a run
   * that nobody knows the id of.
   */
  kickoffTimeoutMs?: number;
  /**
   * Longest body that is read. Default 8 MiB: far more than a crew writes, and little enough for
   * a hundred of them at once.
   */
  maximumResponseBytes?: number;
  timeouts?: {
    /** DNS, TCP and TLS together. Default 10,000: a SYN that was lost twice still gets through. */
    connectMs?: number;
    /** A read, until its answer begins. Default 30,000: enough to wake a sleeping deployment. */
    headersMs?: number;
    /** A read's whole body, not each chunk of it. Default 30,000: 8 MiB at a slow 2.2 Mbit/s. */
    bodyMs?: number;
  };
}

/** The body of `POST /kickoff`, fields as the API names them. */
export interface KickoffRequest {
  inputs: Record<string, unknown>;
  /** Echoed in every webhook payload. */
  meta?: Record<string, unknown>;
  restoreFromStateId?: string;
}

export interface KickoffOptions {
  /** Sent as `Idempotency-Key`, for whoever honours it; AMP does not promise to. */
  idempotencyKey?: string;
  /**
   * Awaited once the connection is there, immediately before the request is written to it: the
   * last moment to say no, by throwing. Called for each sending, so once more after a token was
   * refused and replaced.
   */
  beforeSend?: () => void | Promise<void>;
}

export interface ReadOptions {
  signal?: AbortSignal;
}
