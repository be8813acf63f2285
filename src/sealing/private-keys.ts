import type { KeyObject } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KeyFileError, readPrivateKey } from './key-file.js';

/** Where a worker has its private keys. */
export const KEYS_FOLDER = 'CREWAI_TOKEN_KEYS_FOLDER';
/** Ends the name of each key file in it; whatever else lies there is left alone. */
export const PRIVATE_KEY_SUFFIX = '.private.json';

/** The private keys of a worker. */
export interface PrivateKeys {
  readonly ids: readonly string[];
  /**
   * The folder is read again for an id that is not there: whoever rotates keys adds a file, and
   * restarts nothing.
   *
   * @returns null when there is no such key
   * @throws KeyFileError when the folder can no longer be used
   */
  find(kid: string): KeyObject | null;
}

/** Of a worker that opens no sealed token. */
export const NO_PRIVATE_KEYS: PrivateKeys = { ids: [], find: () => null };

/**
 * Reads the keys in the folder that `CREWAI_TOKEN_KEYS_FOLDER` names; without it there are none.
 *
 * @throws KeyFileError when one of them cannot be used, or there is none
 */
export function loadPrivateKeys(env: NodeJS.ProcessEnv): PrivateKeys {
  const folder = env[KEYS_FOLDER] ?? '';
  if (folder === '') return NO_PRIVATE_KEYS;
  let keys = readFolder(folder);
  return {
    get ids() {
      return [...keys.keys()];
    },
    find(kid) {
      if (!keys.has(kid)) keys = readFolder(folder);
      return keys.get(kid) ?? null;
    },
  };
}

function readFolder(folder: string): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const name of listKeyFiles(folder)) {
    const path = join(folder, name);
    const { kid, key } = readPrivateKey(path);
    if (keys.has(kid)) {
      throw new KeyFileError(`${path} has the same id as another key there: remove one of them`);
    }
    keys.set(kid, key);
  }
  if (keys.size === 0) {
    throw new KeyFileError(
      `there is no *${PRIVATE_KEY_SUFFIX} in ${folder}: make one with \`temporal-crewai token keygen\``,
    );
  }
  return keys;
}

function listKeyFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(PRIVATE_KEY_SUFFIX))
      .sort();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KeyFileError(`the folder cannot be read: ${reason}`, { cause });
  }
}
