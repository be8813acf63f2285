import type {
  AmpClientOptions,
  KickoffOptions,
  KickoffRequest,
  ReadOptions,
} from './amp-client-options.js';
import type { CrewRunStatus } from './crew-run-status.js';
import { AmpNotSentError } from './errors/amp-not-sent-error.js';
import { describeFailure } from './errors/describe-failure.js';
import type { HttpAnswer } from './http-exchange.js';
import { maskTokens } from './mask-tokens.js';
import { type AmpCall, OPERATIONS } from './operations.js';
import {
  type AnswerText,
  parseInputs,
  parseKickoff,
  parseStatus,
  toRawBody,
} from './parse-answer.js';
import { toBodyError, toHttpStatusError } from './to-amp-error.js';
import { readToken, type TokenProvider } from './token-provider.js';
import { Transport } from './transport.js';

/** Characters. AMP's own tokens are longer. */
const SHORTEST_SECRET = 8;

/**
 * A client for the REST API of one deployed CrewAI AMP crew. Every call rejects with an `AmpError`.
 *
 * Nothing is retried, with one exception: when the API refuses the token and the provider has
 * another, the call is repeated once with that (401 and 403 mean that nothing was acted on).
 */
export class AmpClient {
  readonly #token: TokenProvider;
  readonly #options: AmpClientOptions;
  readonly #transport: Transport;

  /**
   * @param transport connections to share with another client; left out, it makes its own.
   * @throws TypeError when `url` is no plain http(s) URL.
   */
  constructor(options: AmpClientOptions, transport = new Transport(options)) {
    this.#token = options.token;
    this.#options = options;
    this.#transport = transport;
  }

  /**
   * The same API over the same connections, with another token and no other: where that is refused,
   * this client's own is not tried. To close one is to close both.
   */
  withToken(token: TokenProvider): AmpClient {
    return new AmpClient({ ...this.#options, token }, this.#transport);
  }

  /**
   * `GET /inputs`: the names of the crew's inputs. For a crew each of them is required, for a flow
   * none. Also the readiness check: it wakes a sleeping deployment.
   */
  async inputs(options: ReadOptions = {}): Promise<string[]> {
    const call = this.#transport.createCall(OPERATIONS.inputs, '/inputs');
    const { answer, tokens } = await this.#withToken(call, (token) =>
      this.#transport.read(call, token, options),
    );
    return parseInputs(toAnswerText(call, answer, tokens));
  }

  /**
   * `POST /kickoff`, on a connection of its own: one that is kept alive may be closed by the server
   * at the very moment it is used, which cannot be told from a lost answer. There is no
   * `AbortSignal` on purpose: a request that has been written may start a run, and whoever gives
   * up its answer loses the id.
   */
  async kickoff(
    request: KickoffRequest,
    options: KickoffOptions = {},
  ): Promise<{ kickoffId: string }> {
    const call = this.#transport.createCall(OPERATIONS.kickoff, '/kickoff');
    const body = toJson(call, request);
    const { answer, tokens } = await this.#withToken(call, (token) =>
      this.#transport.kickoff(call, token, body, options),
    );
    return parseKickoff(toAnswerText(call, answer, tokens));
  }

  /**
   * `GET /status/{kickoff_id}`. A 404 is a value (`notFound`), not an error: deployed crews say the
   * same in a 200.
   *
   * @throws TypeError when `kickoffId` is empty.
   */
  async getStatus(kickoffId: string, options: ReadOptions = {}): Promise<CrewRunStatus> {
    if (kickoffId === '') throw new TypeError('kickoffId must not be empty');
    const path = `/status/${encodeURIComponent(kickoffId)}`;
    const call = this.#transport.createCall(OPERATIONS.getStatus, path);
    const { answer, tokens } = await this.#withToken(call, (token) =>
      this.#transport.read(call, token, options),
    );
    if (answer.httpStatus === 404) {
      const { body } = answer;
      return {
        status: 'notFound',
        raw: 'text' in body ? toRawBody(maskSecrets(body.text, tokens)) : null,
      };
    }
    return parseStatus(toAnswerText(call, answer, tokens));
  }

  /** Waits for reads under way, then closes their connections. A kickoff under way ends by itself. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Sends with the current token, and once more when that is refused and there is another. */
  async #withToken(
    call: AmpCall,
    send: (token: string) => Promise<HttpAnswer>,
  ): Promise<{ answer: HttpAnswer; tokens: string[] }> {
    if (this.#transport.closed) throw new AmpNotSentError(call, 'the client is closed');
    const token = await readToken(this.#token).catch((error: unknown) => {
      throw new AmpNotSentError(call, `no usable token: ${describeFailure(error)}`, error);
    });
    const answer = await send(token);
    if (answer.httpStatus !== 401 && answer.httpStatus !== 403) return { answer, tokens: [token] };
    const other = await readToken(this.#token, token).catch((error: unknown) => {
      const text = `reading it again failed, ${describeFailure(error)}`;
      throw toHttpStatusError(call, answer, [token], { text, cause: error });
    });
    if (other === token) return { answer, tokens: [token] };
    return { answer: await send(other), tokens: [token, other] };
  }
}

function toJson(call: AmpCall, request: KickoffRequest): string {
  try {
    return JSON.stringify(request);
  } catch (error) {
    const reason = `the request cannot be written as JSON: ${describeFailure(error)}`;
    throw new AmpNotSentError(call, reason, error);
  }
}

function toAnswerText(call: AmpCall, answer: HttpAnswer, tokens: string[]): AnswerText {
  const { httpStatus, body } = answer;
  if (httpStatus < 200 || httpStatus > 299) throw toHttpStatusError(call, answer, tokens);
  if ('failure' in body) throw toBodyError(call, httpStatus, body.failure);
  return { call, httpStatus, text: maskSecrets(body.text, tokens) };
}

/**
 * Such a body is no error: what it says may be the crew's output, where a short token, which keeps
 * no secret, could be a word.
 */
function maskSecrets(text: string, tokens: string[]): string {
  return maskTokens(
    text,
    tokens.filter(({ length }) => length >= SHORTEST_SECRET),
  );
}
