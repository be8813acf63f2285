import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { decrypt, encrypt } from './cipher.js';
import {
  findUnreadablePayload,
  PayloadDamagedError,
  PayloadKeyMissingError,
} from './payload-errors.js';
import type { UnreadablePayload } from './payload-errors.js';
import type { PayloadKeys } from './payload-keys.js';

/** As in Temporal's own samples, so that codecs and codec servers of other languages understand it. */
const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

/** Stands in for a payload that cannot be read. */
export type ReplaceUnreadable = (reason: UnreadablePayload, payload: Payload) => Payload;

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/**
 * Encrypts payloads with the current key, and decrypts those of any key that is there. Plain ones
 * pass through, so that keys can be introduced while runs are under way. Without keys it encrypts
 * nothing, and says of encrypted payloads what is missing.
 *
 * @param replace what a payload that cannot be read is decoded to; without it decoding fails
 */
export function createEncryptionCodec(
  keys: PayloadKeys,
  replace?: ReplaceUnreadable,
): PayloadCodec {
  // Within a promise, so that what is thrown is a rejection.
  return {
    encode: (payloads) =>
      Promise.resolve().then(() => payloads.map((payload) => encode(payload, keys))),
    decode: (payloads) =>
      Promise.resolve().then(() => payloads.map((payload) => decodeOr(payload, keys, replace))),
  };
}

function decodeOr(payload: Payload, keys: PayloadKeys, replace?: ReplaceUnreadable): Payload {
  try {
    return decode(payload, keys);
  } catch (error) {
    const reason = findUnreadablePayload(error);
    if (replace === undefined || reason === null) throw error;
    return replace(reason, payload);
  }
}

function encode(payload: Payload, keys: PayloadKeys): Payload {
  const current = keys.current();
  if (current === null) return payload;
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: Buffer.from(ENCRYPTED),
      [KEY_ID]: Buffer.from(current.id),
    },
    // The whole payload: what kind of data it is stays with the data.
    data: encrypt(PayloadMessage.encode(payload).finish(), current.key),
  };
}

/** @throws PayloadKeyMissingError, PayloadDamagedError */
function decode(payload: Payload, keys: PayloadKeys): Payload {
  if (textOf(payload.metadata?.[METADATA_ENCODING_KEY]) !== ENCRYPTED) return payload;
  const keyId = textOf(payload.metadata?.[KEY_ID]);
  if (keyId === null) {
    throw new PayloadKeyMissingError(
      null,
      `A payload is encrypted, and does not say with which key (${KEY_ID} of its metadata)`,
    );
  }
  // Anybody who may talk to Temporal can have written it.
  const name = JSON.stringify(keyId.slice(0, 64));
  let key;
  try {
    key = keys.find(keyId);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PayloadKeyMissingError(
      keyId,
      `A payload is encrypted with the key ${name}, which is not known yet, and ${reason}`,
      { cause },
    );
  }
  if (key === null) {
    throw new PayloadKeyMissingError(
      keyId,
      `A payload is encrypted with the key ${name}, ${keys.missing()}`,
    );
  }
  try {
    return PayloadMessage.decode(decrypt(payload.data ?? new Uint8Array(), key));
  } catch (cause) {
    throw new PayloadDamagedError(
      keyId,
      `A payload is not what was encrypted with the key ${name}: it was changed since, or another ` +
        'key has this id where it comes from',
      { cause },
    );
  }
}

function textOf(bytes: Uint8Array | null | undefined): string | null {
  return bytes ? Buffer.from(bytes).toString() : null;
}
