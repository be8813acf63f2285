import { findTokenMistake } from '../bearer-token.js';
import { SEALED_TOKEN } from '../contract.js';
import { KeyFileError, readPublicKey, type Key } from '../sealing/key-file.js';
import { LONGEST_TOKEN, type TokenPurpose } from '../sealing/sealed-token.js';
import { sealToken } from '../sealing/seal-token.js';
import { readText } from './read-text.js';
import type { Shell } from './shell.js';
import { createUsageError } from './starter-error.js';

/** Which key seals: the public one, of a pair whose other half the workers have. */
export const PUBLIC_KEY_FILE = 'CREWAI_TOKEN_PUBLIC_KEY_FILE';

/**
 * A run waits for its crew until its timeout, and for the result a little longer: its token is of no
 * use to anybody much later.
 */
export const EXPIRES_AFTER_TIMEOUT_MS = 600_000;

/** A token that the user brings along. It comes out of here sealed, or not at all. */
export interface OwnToken {
  /** Of the key that seals it. */
  kid: string;
  seal(purpose: TokenPurpose): Promise<string>;
}

/**
 * Reads `--bearer-token-file`, a file or stdin (`-`), and the key that seals it. Mistakes go to
 * `mistakes`; none of them repeats the token, nor the file's name, which may be one by mistake.
 */
export async function readOwnToken(
  file: string,
  shell: Shell,
  mistakes: string[],
): Promise<OwnToken | null> {
  const key = readKey(shell, mistakes);
  const token = await readToken(file, shell, mistakes);
  if (token === null || key === null) return null;
  return { kid: key.kid, seal: (purpose) => sealToken(token, purpose, key) };
}

/**
 * The same for commands that have no other mistakes to name.
 *
 * @throws StarterError (2)
 */
export async function requireOwnToken(
  file: string,
  shell: Shell,
  mistakes: string[] = [],
): Promise<OwnToken> {
  const own = await readOwnToken(file, shell, mistakes);
  if (own === null || mistakes.length > 0) throw createUsageError(mistakes);
  return own;
}

function readKey({ env }: Shell, mistakes: string[]): Key | null {
  const file = env[PUBLIC_KEY_FILE] ?? '';
  if (file === '') {
    mistakes.push(
      `${PUBLIC_KEY_FILE} is not set: name the public key with which the token is sealed, so that ` +
        'only the workers can read it (`token keygen` makes a pair)',
    );
    return null;
  }
  try {
    return readPublicKey(file);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    mistakes.push(`${PUBLIC_KEY_FILE}: ${error.message}`);
    return null;
  }
}

async function readToken(file: string, shell: Shell, mistakes: string[]): Promise<string | null> {
  const mistake = (problem: string): null => {
    mistakes.push(`--bearer-token-file ${problem}`);
    return null;
  };
  if (file === '-' && shell.stdin.isTTY === true) {
    return mistake('- reads a pipe: a token that is typed stays on the screen');
  }
  let token: string;
  try {
    token = (await readText(file, shell)).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return mistake(`names a file that cannot be read (${code})`);
  }
  const problem = findTokenMistake(token);
  if (problem !== null) return mistake(problem);
  if (SEALED_TOKEN.test(token)) return mistake('is sealed already: give the token itself');
  if (token.length > LONGEST_TOKEN) return mistake(`is longer than ${LONGEST_TOKEN} characters`);
  return token;
}
