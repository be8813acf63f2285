import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEncryptionCodec } from '../../src/payload-codec.js';
import { loadPayloadKeys } from '../../src/payload-codec/payload-keys.js';
import {
  PayloadDamagedError,
  PayloadKeyMissingError,
} from '../../src/payload-codec/payload-errors.js';

const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const codecWith = (...keys: string[]) =>
  createEncryptionCodec(loadPayloadKeys({ CREWAI_PAYLOAD_KEYS: keys.join('\n') }));

const old = newKey('old');
const current = newKey('current');
const plain = defaultPayloadConverter.toPayload({ topic: 'whales' });

const encodeOne = async (codec = codecWith(current), payload = plain): Promise<Payload> => {
  const [encoded] = await codec.encode([payload]);
  if (encoded === undefined) throw new Error('nothing was encoded');
  return encoded;
};
const metadataOf = ({ metadata }: Payload) =>
  Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, bytes]) => [key, Buffer.from(bytes).toString()]),
  );
const toText = (payload: Payload): string =>
  Object.values({ ...payload.metadata, data: payload.data ?? new Uint8Array() })
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join();

describe('a payload', () => {
  it('is encrypted whole: only that it is, and with which key, can be read', async () => {
    const encoded = await encodeOne();
    expect(metadataOf(encoded)).toEqual({
      encoding: 'binary/encrypted',
      'encryption-key-id': 'current',
    });
    expect(toText(encoded)).not.toMatch(/topic|whales|json/);
    expect(toText(plain)).toMatch(/topic.*whales/);
  });

  it('comes back as it was', async () => {
    const codec = codecWith(current);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 50 })),
        async (data, metadata) => {
          // Not one that says it is encrypted already.
          fc.pre(!Object.hasOwn(metadata, 'encoding'));
          const [decoded] = await codec.decode(await codec.encode([{ metadata, data }]));
          expect(Buffer.from(decoded?.data ?? [])).toEqual(Buffer.from(data));
          expect(metadataOf(decoded ?? {})).toEqual(metadataOf({ metadata }));
        },
      ),
    );
  });

  it('is never encrypted the same way twice', async () => {
    const [first, second] = [await encodeOne(), await encodeOne()];
    expect(toText(first)).not.toEqual(toText(second));
  });

  it('that is plain passes through, and so do none at all', async () => {
    await expect(codecWith(current).decode([plain])).resolves.toEqual([plain]);
    await expect(codecWith(current).decode([{}])).resolves.toEqual([{}]);
    await expect(codecWith(current).decode([])).resolves.toEqual([]);
    await expect(codecWith(current).encode([])).resolves.toEqual([]);
  });

  it('is neither encrypted nor changed where there are no keys', async () => {
    const codec = createEncryptionCodec(loadPayloadKeys({}));
    await expect(codec.encode([plain])).resolves.toEqual([plain]);
    await expect(codec.decode([plain])).resolves.toEqual([plain]);
  });
});

describe('several keys', () => {
  it('encrypt with the first and decrypt with any', async () => {
    const fromBefore = await encodeOne(codecWith(old));
    const codec = codecWith(current, old);
    expect(metadataOf(await encodeOne(codec))).toMatchObject({ 'encryption-key-id': 'current' });
    const decoded = await codec.decode([fromBefore, plain, await encodeOne(codec)]);
    expect(decoded.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
      { topic: 'whales' },
      { topic: 'whales' },
      { topic: 'whales' },
    ]);
  });
});

describe('what cannot be read', () => {
  const failureOf = async (codec: ReturnType<typeof codecWith>, payload: Payload) =>
    codec.decode([payload]).then(
      () => {
        throw new Error('it was decoded');
      },
      (error: unknown) => error,
    );

  it('for want of its key says which, and where it belongs', async () => {
    const encoded = await encodeOne();
    for (const [env, message] of [
      [{}, 'and there are no keys here: set CREWAI_PAYLOAD_KEYS_FILE to a file that has it, or'],
      [{ CREWAI_PAYLOAD_KEYS: old }, 'and here is only "old": add it to CREWAI_PAYLOAD_KEYS, and'],
    ] as const) {
      const error = await failureOf(createEncryptionCodec(loadPayloadKeys(env)), encoded);
      expect(error).toBeInstanceOf(PayloadKeyMissingError);
      expect(error).toMatchObject({
        keyId: 'current',
        message: expect.stringContaining(`encrypted with the key "current", ${message}`) as string,
      });
    }
  });

  it('names no key: said as such', async () => {
    const { metadata = {}, ...encoded } = await encodeOne();
    const { encoding = new Uint8Array() } = metadata ?? {};
    const error = await failureOf(codecWith(current), { ...encoded, metadata: { encoding } });
    expect(error).toBeInstanceOf(PayloadKeyMissingError);
    expect(error).toMatchObject({ keyId: null });
  });

  it('was changed anywhere, cut off or emptied: damaged, not of a missing key', async () => {
    const encoded = await encodeOne();
    const bytes = Buffer.from(encoded.data ?? []);
    const codec = codecWith(current, old);
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await failureOf(codec, { ...encoded, data: changed })).toBeInstanceOf(
        PayloadDamagedError,
      );
      const cut = { ...encoded, data: bytes.subarray(0, index) };
      expect(await failureOf(codec, cut)).toBeInstanceOf(PayloadDamagedError);
    }
  });

  it('was encrypted with another key of the same id: told apart from a missing one', async () => {
    const error = await failureOf(codecWith(newKey('current')), await encodeOne());
    expect(error).toBeInstanceOf(PayloadDamagedError);
    expect(error).toMatchObject({
      message: expect.stringContaining('another key has this id') as string,
    });
  });

  it('has nothing of a key or of the payload in its message, nor a name without end', async () => {
    const encoded = await encodeOne();
    const changed = { ...encoded, data: Buffer.from('whales are not for everybody to know of') };
    const [, secret = ''] = current.split(':');
    for (const error of [
      await failureOf(codecWith(current), changed),
      await failureOf(codecWith(old), encoded),
    ]) {
      expect(String(error)).not.toMatch(/whales/);
      expect(String(error)).not.toContain(secret);
    }
    const metadata = { ...encoded.metadata, 'encryption-key-id': Buffer.alloc(9_999, '\n') };
    expect(
      String(await failureOf(codecWith(current), { ...encoded, metadata })).length,
    ).toBeLessThan(400);
  });
});

/**
 * Written by the code of Temporal's Python sample (`encryption/codec.py`, AESGCM of `cryptography`)
 * with its key and the nonce 000102…; its Go, TypeScript and .NET samples use the same layout.
 */
const FROM_PYTHON = {
  keys: 'test-key-id:dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=',
  data: '000102030405060708090a0bf92b89da276861d2657395a2a3f7f7d1e8a45622938592d067f6fa4263e254846cbd2f0d29d11a50b79910fa05904b11acdb0c1136c55c6a259728f2',
};

it('reads what the codecs of Temporal’s samples in other languages write', async () => {
  const [decoded = {}] = await codecWith(FROM_PYTHON.keys).decode([
    {
      metadata: {
        encoding: Buffer.from('binary/encrypted'),
        'encryption-key-id': Buffer.from('test-key-id'),
      },
      data: Buffer.from(FROM_PYTHON.data, 'hex'),
    },
  ]);
  expect(metadataOf(decoded)).toEqual({ encoding: 'json/plain' });
  expect(defaultPayloadConverter.fromPayload(decoded)).toEqual({ topic: 'whales' });
});
