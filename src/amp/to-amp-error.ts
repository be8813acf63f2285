import { errors } from 'undici';
import { NotHandedOverError } from './connector.js';
import { AmpAbortedError } from './errors/amp-aborted-error.js';
import { AmpConnectionError } from './errors/amp-connection-error.js';
import type { AmpError } from './errors/amp-error.js';
import { AmpHttpStatusError } from './errors/amp-http-status-error.js';
import { AmpNotSentError } from './errors/amp-not-sent-error.js';
import { AmpResponseTooLargeError } from './errors/amp-response-too-large-error.js';
import { AmpTimeoutError } from './errors/amp-timeout-error.js';
import { AmpUnreadableResponseError } from './errors/amp-unreadable-response-error.js';
import { describeFailure } from './errors/describe-failure.js';
import { parseErrorBody } from './error-body.js';
import { API_MESSAGE_CHARACTERS, toExcerpt } from './excerpt.js';
import type { HttpAnswer } from './http-exchange.js';
import { CallerAbortedError, TimeUpError } from './interruption.js';
import { maskTokens } from './mask-tokens.js';
import type { AmpCall } from './operations.js';
import { BodyTooLargeError, CompressedBodyError } from './read-body.js';
import { parseRetryAfter } from './retry-after.js';

/**
 * Far more than an error says. A gateway's whole page of megabytes would be searched for names and
 * white space, for seconds in which nothing else happens.
 */
const LONGEST_ERROR_CHARACTERS = 256 * 1024;

/**
 * For an exchange that ended without an answer.
 *
 * @param handedOver whether undici had the connection: from then on the request may have left.
 */
export function toExchangeError(call: AmpCall, failure: unknown, handedOver: boolean): AmpError {
  if (failure instanceof NotHandedOverError) {
    const { cause, stage } = failure;
    if (stage === 'beforeSend') return new AmpNotSentError(call, describeFailure(cause), cause);
    if (cause instanceof errors.ConnectTimeoutError) {
      return new AmpTimeoutError(call, `no connection: ${cause.message}`, false, cause);
    }
    return new AmpConnectionError(call, false, cause);
  }
  if (failure instanceof CallerAbortedError) {
    return new AmpAbortedError(call, handedOver, failure.cause);
  }
  if (failure instanceof TimeUpError) {
    return new AmpTimeoutError(call, failure.message, handedOver, failure);
  }
  // Refused by undici before it even connected, e.g. a header that cannot be sent.
  if (!handedOver) return new AmpNotSentError(call, describeFailure(failure), failure);
  return new AmpConnectionError(call, true, withoutData(failure));
}

/** For a 2xx answer whose body could not be read. */
export function toBodyError(call: AmpCall, httpStatus: number, failure: unknown): AmpError {
  if (failure instanceof BodyTooLargeError) {
    return new AmpResponseTooLargeError(call, httpStatus, failure.limitBytes, failure.sizeBytes);
  }
  if (failure instanceof CompressedBodyError) {
    return new AmpUnreadableResponseError(call, httpStatus, failure.message, failure);
  }
  return toExchangeError(call, failure, true);
}

/**
 * For an answer that is not 2xx. Its status decides, even where its body could not be read.
 *
 * @param tokens all that were used, masked wherever the answer repeats them.
 * @param note appended to the reason, with what caused it.
 */
export function toHttpStatusError(
  call: AmpCall,
  { httpStatus, retryAfter, location, body }: HttpAnswer,
  tokens: readonly string[],
  note?: { text: string; cause: unknown },
): AmpHttpStatusError {
  // Masked before anything is cut, and again below: JSON can spell a token with escapes.
  const { message, missingInputs, isAmpShaped } = parseErrorBody(
    'text' in body ? maskTokens(body.text, tokens).slice(0, LONGEST_ERROR_CHARACTERS) : '',
  );
  const apiMessage =
    message === undefined
      ? undefined
      : toExcerpt(maskTokens(message, tokens), API_MESSAGE_CHARACTERS);
  const retryAfterMs = parseRetryAfter(retryAfter, Date.now());
  const names = missingInputs.map((name) => maskTokens(name, tokens));
  const reasons = [
    `HTTP ${httpStatus}`,
    apiMessage,
    // Documented answers list them beside their message.
    names.every((name) => apiMessage?.includes(name))
      ? undefined
      : toExcerpt(names.join(', '), API_MESSAGE_CHARACTERS),
    'failure' in body ? `its body could not be read, ${describeFailure(body.failure)}` : undefined,
    adviceFor(httpStatus, location === undefined ? undefined : maskTokens(location, tokens)),
    note?.text,
  ].filter((reason) => reason !== undefined);
  return new AmpHttpStatusError(call, reasons.join(': '), {
    httpStatus,
    apiMessage,
    missingInputs: names,
    retryAfterMs,
    mayHaveBeenActedOn: mayHaveBeenActedOn(httpStatus, retryAfterMs, isAmpShaped),
    cause: note?.cause ?? ('failure' in body ? withoutData(body.failure) : undefined),
  });
}

/**
 * 3xx and 4xx, 429 among them, say no. So does a 503 in AMP's own words or with a time to come
 * back; a bare one may be a gateway's, which lost a request that it had passed on, as with every
 * other 5xx.
 */
function mayHaveBeenActedOn(
  httpStatus: number,
  retryAfterMs: number | undefined,
  isAmpShaped: boolean,
): boolean {
  if (httpStatus === 503) return retryAfterMs === undefined && !isAmpShaped;
  return httpStatus >= 500;
}

function adviceFor(httpStatus: number, location: string | undefined): string | undefined {
  if (httpStatus === 401 || httpStatus === 403) return 'the API refuses the token';
  if (httpStatus >= 300 && httpStatus < 400) {
    const target =
      location === undefined ? '' : ` to ${toExcerpt(location.replace(/[?#].*/s, ''))}`;
    return `redirects${target} are not followed, set the crew's URL to the API itself`;
  }
  return undefined;
}

/** undici keeps the bytes that it could not parse in the error: they may repeat the token. */
function withoutData(failure: unknown): unknown {
  return failure instanceof errors.HTTPParserError
    ? new Error(`${failure.name}: ${failure.message}`)
    : failure;
}
