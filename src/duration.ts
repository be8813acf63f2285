import ms from 'ms';

/**
 * A duration as Temporal's SDK takes it: milliseconds, or a text such as `"90s"`, `"1.5 hours"`.
 *
 * @returns milliseconds, or null for anything else, negative and infinite durations included
 */
export function parseDurationMs(value: unknown): number | null {
  const parsed = typeof value === 'string' ? parseText(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) && parsed >= 0 ? parsed : null;
}

function parseText(text: string): number | undefined {
  // The library throws on an empty text and on one of more than 100 characters.
  if (text === '' || text.length > 100) return undefined;
  // Its type lists the texts it understands; for all others it answers undefined.
  return ms(text as ms.StringValue);
}

/** What a message says of a duration that does not parse. */
export const DURATION_FORMAT = 'milliseconds or a text such as "90s", "10m" or "24h"';
