/** A client for the REST API of a deployed CrewAI AMP crew. */
export { AmpClient } from './amp-client.js';
export type {
  AmpClientOptions,
  KickoffOptions,
  KickoffRequest,
  ReadOptions,
} from './amp-client-options.js';
export type * from './crew-run-status.js';
export { AmpAbortedError } from './errors/amp-aborted-error.js';
export { AmpConnectionError } from './errors/amp-connection-error.js';
export { AmpError } from './errors/amp-error.js';
export { AmpHttpStatusError } from './errors/amp-http-status-error.js';
export { AmpNotSentError } from './errors/amp-not-sent-error.js';
export { AmpResponseTooDeepError } from './errors/amp-response-too-deep-error.js';
export { AmpResponseTooLargeError } from './errors/amp-response-too-large-error.js';
export { AmpTimeoutError } from './errors/amp-timeout-error.js';
export { AmpUnreadableResponseError } from './errors/amp-unreadable-response-error.js';
export { NotAStatusError } from './errors/not-a-status-error.js';
export { DEEPEST_JSON, isDeeperThan } from './json-depth.js';
export { parseRetryAfter } from './retry-after.js';
export { toCrewRunStatus } from './to-crew-run-status.js';
export type { TokenProvider } from './token-provider.js';
