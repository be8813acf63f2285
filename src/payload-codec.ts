import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { createEncryptionCodec, type ReplaceUnreadable } from './payload-codec/encryption-codec.js';
import type { PayloadKeys } from './payload-codec/payload-keys.js';

export { createEncryptionCodec, type ReplaceUnreadable } from './payload-codec/encryption-codec.js';
export { PayloadKeysConfigurationError } from './payload-codec/parse-keys.js';
export { findUnreadablePayload } from './payload-codec/payload-errors.js';
export { loadPayloadKeys, type PayloadKeys } from './payload-codec/payload-keys.js';

// Written by `npm run build`; the same file whether this runs from src/ or from dist/.
const failureConverterPath = fileURLToPath(
  new URL('../dist/payload-codec/failure-converter.js', import.meta.url),
);

/**
 * What worker and command line give to Temporal's SDK, keys or not: without any, what is encrypted
 * fails with the reason instead of as an unknown encoding.
 *
 * @param replace what a payload that cannot be read is decoded to; without it decoding fails
 */
export function createDataConverter(keys: PayloadKeys, replace?: ReplaceUnreadable): DataConverter {
  return {
    payloadCodecs: [createEncryptionCodec(keys, replace)],
    ...(keys.current() === null ? {} : { failureConverterPath }),
  };
}
