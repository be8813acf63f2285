import type { Dispatcher } from 'undici';
import { CallerAbortedError, type Interruption } from './interruption.js';
import { readBody } from './read-body.js';

export interface HttpRequest {
  method: 'GET' | 'POST';
  /** Percent-encoded. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface HttpAnswer {
  httpStatus: number;
  retryAfter: string | undefined;
  location: string | undefined;
  /** The text, or what kept it from being read: the status is known all the same. */
  body: { text: string } | { failure: unknown };
}

export interface ExchangeLimits {
  interruption: Interruption;
  /** How long the body may take once the headers are there; without it, the time that runs already. */
  bodyMs: number | undefined;
  maximumResponseBytes: number;
}

/**
 * One request and its answer, whatever its status; nothing is retried and no redirect followed.
 * Rejects when no answer's headers came, or when the caller gave up.
 */
export async function exchange(
  dispatcher: Dispatcher,
  { method, path, headers, body }: HttpRequest,
  { interruption, bodyMs, maximumResponseBytes }: ExchangeLimits,
): Promise<HttpAnswer> {
  const response = await interruption.race(
    dispatcher.request({ method, path, headers, body: body ?? null, signal: interruption.signal }),
  );
  if (bodyMs !== undefined) interruption.expect('the answer was not complete', bodyMs);
  const answerBody = await readBody(response, maximumResponseBytes).then(
    (text) => ({ text }),
    (failure: unknown) => ({ failure: interruption.reason ?? failure }),
  );
  if ('failure' in answerBody && answerBody.failure instanceof CallerAbortedError) {
    throw answerBody.failure;
  }
  return {
    httpStatus: response.statusCode,
    retryAfter: first(response.headers['retry-after']),
    location: first(response.headers.location),
    body: answerBody,
  };
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
