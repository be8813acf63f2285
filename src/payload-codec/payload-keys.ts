import { readFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { parseKeys, PayloadKeysConfigurationError } from './parse-keys.js';

/** Where the keys of worker and command line come from. */
export const PAYLOAD_KEYS_FILE = 'CREWAI_PAYLOAD_KEYS_FILE';
export const PAYLOAD_KEYS = 'CREWAI_PAYLOAD_KEYS';

/** The keys of this process. */
export interface PayloadKeys {
  /** The one that encrypts: the first. Null where there are no keys, and payloads stay readable. */
  current(): { id: string; key: KeyObject } | null;
  /**
   * Any of them decrypts. A file is read again for an id that is not there: whoever rotates keys
   * writes the file, and restarts nothing.
   *
   * @throws PayloadKeysConfigurationError when the file can no longer be used
   */
  find(id: string): KeyObject | null;
  /** What is said of a key that is not there: where it belongs. The end of a sentence. */
  missing(): string;
}

/**
 * Reads `CREWAI_PAYLOAD_KEYS_FILE` or `CREWAI_PAYLOAD_KEYS`; with neither there are no keys.
 *
 * @throws PayloadKeysConfigurationError
 */
export function loadPayloadKeys(env: NodeJS.ProcessEnv): PayloadKeys {
  const { [PAYLOAD_KEYS_FILE]: file = '', [PAYLOAD_KEYS]: text = '' } = env;
  if (file !== '' && text !== '') {
    throw new PayloadKeysConfigurationError(
      `${PAYLOAD_KEYS_FILE} and ${PAYLOAD_KEYS} are both set: unset one of them`,
    );
  }
  if (file !== '') return createFileKeys(file);
  return createKeys(text === '' ? new Map() : parseKeys(text, PAYLOAD_KEYS));
}

function createKeys(keys: ReadonlyMap<string, KeyObject>): PayloadKeys {
  return {
    current: () => firstOf(keys),
    find: (id) => keys.get(id) ?? null,
    missing: () =>
      keys.size === 0
        ? `and there are no keys here: set ${PAYLOAD_KEYS_FILE} to a file that has it, or ${PAYLOAD_KEYS}`
        : `and here is only ${listOf(keys)}: add it to ${PAYLOAD_KEYS}, and start again`,
  };
}

function createFileKeys(path: string): PayloadKeys {
  let keys = readKeys(path);
  return {
    current: () => firstOf(keys),
    find: (id) => {
      if (!keys.has(id)) keys = readKeys(path);
      return keys.get(id) ?? null;
    },
    missing: () => `and here is only ${listOf(keys)}: add it to ${path} (${PAYLOAD_KEYS_FILE})`,
  };
}

function readKeys(path: string): ReadonlyMap<string, KeyObject> {
  let text: string;
  try {
    // Synchronous: a few lines, read at start and for a key that is not known.
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PayloadKeysConfigurationError(`${PAYLOAD_KEYS_FILE} cannot be read: ${reason}`, {
      cause,
    });
  }
  return parseKeys(text, `${PAYLOAD_KEYS_FILE} (${path})`);
}

function firstOf(keys: ReadonlyMap<string, KeyObject>): { id: string; key: KeyObject } | null {
  for (const [id, key] of keys) return { id, key };
  return null;
}

function listOf(keys: ReadonlyMap<string, KeyObject>): string {
  return [...keys.keys()].map((id) => `"${id}"`).join(', ');
}
