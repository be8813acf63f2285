import { generateKeyPairSync } from 'node:crypto';
import { unlink, writeFile } from 'node:fs/promises';
import { calculateJwkThumbprint } from 'jose';
import { KeyFileError } from './key-file.js';
import { PRIVATE_KEY_SUFFIX } from './private-keys.js';
import { ALGORITHM, CURVE } from './sealed-token.js';

export const PUBLIC_KEY_SUFFIX = '.public.json';

export interface KeyPairFiles {
  /** The key's thumbprint (RFC 7638): two keys never have the same, and nobody has to choose it. */
  kid: string;
  privateKeyFile: string;
  publicKeyFile: string;
}

/**
 * Makes a pair of keys and writes them to `<name>.private.json`, which only its owner can read, and
 * `<name>.public.json`. Never overwrites: with a lost key goes every token that was sealed with it.
 *
 * @throws KeyFileError
 */
export async function writeKeyPair(name: string): Promise<KeyPairFiles> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  const publicJwk = publicKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint(publicKey);
  const about = { kid, alg: ALGORITHM, use: 'enc' };
  const privateKeyFile = `${name}${PRIVATE_KEY_SUFFIX}`;
  const publicKeyFile = `${name}${PUBLIC_KEY_SUFFIX}`;
  await writeNew(privateKeyFile, { ...privateKey.export({ format: 'jwk' }), ...about }, 0o600);
  try {
    await writeNew(publicKeyFile, { ...publicJwk, ...about }, 0o644);
  } catch (error) {
    // Half of a pair is of no use, and would be in the way of the next attempt.
    await unlink(privateKeyFile);
    throw error;
  }
  return { kid, privateKeyFile, publicKeyFile };
}

async function writeNew(path: string, jwk: object, mode: number): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(jwk, null, 2)}\n`, { flag: 'wx', mode });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new KeyFileError(`${path} is there already: choose another name`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KeyFileError(`the key file cannot be written: ${reason}`, { cause });
  }
}
