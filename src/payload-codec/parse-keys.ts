import { createSecretKey, type KeyObject } from 'node:crypto';

/** The keys cannot be used. No message holds a key, nor anything that may be a part of one. */
export class PayloadKeysConfigurationError extends Error {
  override name = 'PayloadKeysConfigurationError';
}

/** Stands readable in each payload; some hundred bytes are all that a summary may have. */
const KEY_ID = /^[\w.-]{1,32}$/;
/** Of 32 bytes, as AES-256 takes them. */
const BASE64_OF_KEY = /^[A-Za-z0-9+/]{43}=$/;

const FORMAT =
  'one key a line, as ID:KEY, the ID of at most 32 letters, digits and ._-, the KEY 32 random ' +
  'bytes in base64 (openssl rand -base64 32)';

/**
 * Reads keys by their ids, in their order: `2026-11:…` a line, or separated by commas or spaces;
 * a line that begins with `#` is a comment.
 *
 * @param where the keys are, for messages
 * @throws PayloadKeysConfigurationError
 */
export function parseKeys(text: string, where: string): ReadonlyMap<string, KeyObject> {
  const entries = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw new PayloadKeysConfigurationError(`${where}: there is no key. Give ${FORMAT}`);
  }
  const keys = new Map<string, KeyObject>();
  for (const [index, entry] of entries.entries()) {
    const [id = '', encoded = '', ...more] = entry.split(':');
    const at = `${where}: key ${index + 1}`;
    // Not even the id is repeated before both are in order: they may stand the wrong way round.
    if (more.length > 0 || !KEY_ID.test(id) || !BASE64_OF_KEY.test(encoded)) {
      throw new PayloadKeysConfigurationError(`${at} is not understood. Give ${FORMAT}`);
    }
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.every((byte) => byte === bytes[0])) {
      throw new PayloadKeysConfigurationError(`${at} ("${id}") is not random. Give ${FORMAT}`);
    }
    if (keys.has(id)) {
      throw new PayloadKeysConfigurationError(
        `${at} has the id "${id}" like one before it: a payload could not say which it means`,
      );
    }
    keys.set(id, createSecretKey(bytes));
  }
  return keys;
}
