import { CompactEncrypt } from 'jose';
import type { Key } from './key-file.js';
import { ALGORITHM, ENCRYPTION, toHeader, type TokenPurpose } from './sealed-token.js';

/** Seals a bearer token for the holders of the private key, and for one purpose alone. */
export async function sealToken(
  token: string,
  purpose: TokenPurpose,
  { kid, key }: Key,
): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(token))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, ...toHeader(kid, purpose) })
    .encrypt(key);
}
