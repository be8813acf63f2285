import type { RunRequest } from './run-request.js';
import { toSafeLine } from './safe-text.js';

/** A summary stands in one line of a list in the Web UI. */
const MAX_LENGTH = 120;
/**
 * The server refuses to start a run whose summary is over 400 bytes, encoding included: as JSON,
 * with some 145 bytes around it where payloads are encrypted.
 */
const MAX_BYTES = 250;

/** The crew and the start of its inputs, for the run's summary: `research · topic=AI agents`. */
export function toGlimpse({ crew, input }: RunRequest): string {
  const rest =
    input.kickoffId === undefined
      ? Object.entries(input.inputs ?? {}).map(([key, value]) => `${key}=${toText(value)}`)
      : [`adopts ${input.kickoffId}`];
  const glimpse = toSafeLine(rest.length === 0 ? crew : `${crew} · ${rest.join(', ')}`);
  let kept = Array.from(glimpse);
  if (kept.length > MAX_LENGTH) kept = [...kept.slice(0, MAX_LENGTH - 1), '…'];
  while (Buffer.byteLength(JSON.stringify(kept.join(''))) > MAX_BYTES)
    kept = [...kept.slice(0, -2), '…'];
  return kept.join('');
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
