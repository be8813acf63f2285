import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** What GCM is made for; a random one may be used for 2^32 payloads of a key (NIST SP 800-38D, 8.3). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @returns nonce, ciphertext, tag: the order of Temporal's samples in all languages */
export function encrypt(plain: Uint8Array, key: KeyObject): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when the bytes are not what was encrypted with this key */
export function decrypt(encrypted: Uint8Array, key: KeyObject): Uint8Array {
  if (encrypted.length < NONCE_BYTES + TAG_BYTES) throw new RangeError('too few bytes');
  const nonce = encrypted.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(encrypted.subarray(-TAG_BYTES));
  const plain = decipher.update(encrypted.subarray(NONCE_BYTES, -TAG_BYTES));
  // Throws unless the tag fits, so nothing of a changed payload is ever used.
  return Buffer.concat([plain, decipher.final()]);
}
