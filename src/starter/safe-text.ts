import { stripVTControlCharacters } from 'node:util';

/**
 * Text from elsewhere (the crew's API, other clients of Temporal) made fit for a terminal: no
 * escape sequences, no control characters but line ends and tabs, nothing that turns the direction
 * of writing around.
 */
export function toSafeText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** The same on one line. */
export function toSafeLine(text: string): string {
  return toSafeText(text).replace(/\s+/g, ' ').trim();
}
