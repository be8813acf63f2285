import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { CURVE } from './sealed-token.js';

/** OpenSSL's name for P-256. */
const OPENSSL_CURVE = 'prime256v1';

/** A key that can be used, and the id that sealed tokens name it by. */
export interface Key {
  kid: string;
  key: KeyObject;
}

/** A key file cannot be used. No message holds anything of what stands in it. */
export class KeyFileError extends Error {
  override name = 'KeyFileError';
}

/** As `token keygen` writes it: a JSON Web Key (RFC 7517) of one curve, with an id. */
const Jwk = v.object({
  kty: v.literal('EC'),
  crv: v.literal(CURVE),
  kid: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,100}$/)),
  x: v.string(),
  y: v.string(),
  d: v.optional(v.string()),
});

/**
 * The key that seals. A file with a private key is refused: whoever seals has no business with one.
 *
 * @throws KeyFileError
 */
export function readPublicKey(path: string): Key {
  const { kid, d, ...jwk } = readJwk(path);
  if (d !== undefined) {
    throw new KeyFileError(
      `${path} holds a private key, which belongs at the worker alone: give the public one`,
    );
  }
  return { kid, key: toKey(path, () => createPublicKey({ key: jwk, format: 'jwk' })) };
}

/** @throws KeyFileError */
export function readPrivateKey(path: string): Key {
  const { kid, d, ...half } = readJwk(path);
  if (d === undefined) throw new KeyFileError(`${path} holds a public key, not a private one`);
  const key = toKey(path, () => {
    assertPair(half, d);
    return createPrivateKey({ key: { ...half, d }, format: 'jwk' });
  });
  return { kid, key };
}

function readJwk(path: string): v.InferOutput<typeof Jwk> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KeyFileError(`the key file cannot be read: ${reason}`, { cause });
  }
  const jwk = v.safeParse(Jwk, parseJson(text));
  if (jwk.success) return jwk.output;
  throw new KeyFileError(`${path} is not a key as \`token keygen\` writes it`);
}

/** Node takes two halves that do not belong together, and opens nothing with them. */
function assertPair({ x, y }: { x: string; y: string }, d: string): void {
  const pair = createECDH(OPENSSL_CURVE);
  pair.setPrivateKey(Buffer.from(d, 'base64url'));
  const uncompressed = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ]);
  if (!pair.getPublicKey().equals(uncompressed)) throw new TypeError('the halves do not fit');
}

/** Without the parser's message, and the error itself, which quote what they do not understand. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toKey(path: string, create: () => KeyObject): KeyObject {
  try {
    return create();
  } catch {
    // For the same reason without its cause.
    throw new KeyFileError(`${path} is broken: its numbers are no key of the curve ${CURVE}`);
  }
}
