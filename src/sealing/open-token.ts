import type { KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose';
import * as v from 'valibot';
import { KeyFileError } from './key-file.js';
import { KEYS_FOLDER, type PrivateKeys } from './private-keys.js';
import { ALGORITHM, ENCRYPTION, Header, LONGEST_TOKEN, type TokenUse } from './sealed-token.js';

/**
 * - `noKey`: not here, but a worker that has the key can open it
 * - `expired`, `otherUse`: it was opened, and must not be used (here)
 * - `invalid`: changed on its way, or not sealed for us
 */
export type NotOpened = 'noKey' | 'expired' | 'otherUse' | 'invalid';

/** A sealed token cannot be used. The message continues "the sealed token …" and holds no token. */
export class SealedTokenError extends Error {
  override name = 'SealedTokenError';

  constructor(
    readonly reason: NotOpened,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Opens a sealed token and sees that it is used for what it was sealed for.
 *
 * @throws SealedTokenError
 */
export async function openToken(
  sealedToken: string,
  use: TokenUse,
  keys: PrivateKeys,
): Promise<string> {
  const { token, header } = await decrypt(sealedToken, keys);
  if (Date.now() >= header.exp * 1_000) {
    const at = new Date(header.exp * 1_000).toISOString();
    throw new SealedTokenError('expired', `expired at ${at}: seal the token again`);
  }
  const asked = [
    ['crew', header.crew, use.crew],
    ['namespace', header.namespace, use.namespace],
    ['workflow id', header.workflowId ?? use.workflowId, use.workflowId],
  ] as const;
  for (const [what, sealedFor, usedFor] of asked) {
    if (sealedFor === usedFor) continue;
    throw new SealedTokenError(
      'otherUse',
      `is for the ${what} ${quote(sealedFor)}, not for ${quote(usedFor)}: seal one for this run`,
    );
  }
  return token;
}

async function decrypt(
  sealedToken: string,
  keys: PrivateKeys,
): Promise<{ token: string; header: Header }> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(
      sealedToken,
      ({ kid }) => findKey(keys, kid),
      { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] },
    );
    const token = new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
    if (token.length > LONGEST_TOKEN) throw new RangeError('it is too long');
    // Only now: before, anybody could have written it.
    return { token, header: v.parse(Header, protectedHeader) };
  } catch (cause) {
    if (cause instanceof SealedTokenError) throw cause;
    throw new SealedTokenError(
      'invalid',
      'was changed on its way, or not sealed by `temporal-crewai token seal`',
      { cause },
    );
  }
}

function findKey(keys: PrivateKeys, kid: unknown): KeyObject {
  if (typeof kid !== 'string') throw new TypeError('it names no key');
  let problem = '';
  try {
    const key = keys.find(kid);
    if (key !== null) return key;
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    problem = `; and ${error.message}`;
  }
  const there =
    keys.ids.length === 0
      ? `has no private keys: set ${KEYS_FOLDER}`
      : `has only ${keys.ids.map(quote).join(', ')}`;
  throw new SealedTokenError(
    'noKey',
    `was sealed with the key ${quote(kid)}, and this worker ${there}${problem}`,
  );
}

/** Anybody with the public key can have written it, and it goes into failures and on screens. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100).toWellFormed());
}
