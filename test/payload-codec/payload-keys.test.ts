import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadPayloadKeys, PayloadKeysConfigurationError } from '../../src/payload-codec.js';

const newKey = (): string => randomBytes(32).toString('base64');
const secret = newKey();

/** A keys file, and the environment that names it. */
const createFile = async (text: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'payload-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'payload.keys');
  const write = (content: string) => writeFile(path, content);
  await write(text);
  return { path, write, env: { CREWAI_PAYLOAD_KEYS_FILE: path } };
};

describe('payload keys', () => {
  it.each([{}, { CREWAI_PAYLOAD_KEYS: '', CREWAI_PAYLOAD_KEYS_FILE: '' }])(
    'are none where nothing is set: %j',
    (env) => {
      expect(loadPayloadKeys(env).current()).toBeNull();
    },
  );

  it.each([
    `b:${newKey()}\na:${secret}`,
    `  b:${newKey()} \r\n\r\n# from last year\r\na:${secret}\r\n`,
    `b:${newKey()},a:${secret}`,
    `b:${newKey()} a:${secret}`,
  ])('are read from a text, the first to encrypt and all to decrypt', (text) => {
    const keys = loadPayloadKeys({ CREWAI_PAYLOAD_KEYS: text });
    expect(keys.current()?.id).toBe('b');
    expect(keys.find('a')?.export().toString('base64')).toBe(secret);
    expect(keys.find('c')).toBeNull();
  });

  it('are read from a file', async () => {
    const { env } = await createFile(`2026-11:${secret}\n`);
    expect(loadPayloadKeys(env).current()?.id).toBe('2026-11');
  });

  it('are read from the file again for a key that is not there, and not before', async () => {
    const { env, write } = await createFile(`a:${secret}\n`);
    const keys = loadPayloadKeys(env);
    await write(`b:${newKey()}\na:${secret}\n`);
    expect(keys.find('a')).not.toBeNull();
    expect(keys.current()?.id).toBe('a');
    expect(keys.find('b')).not.toBeNull();
    expect(keys.current()?.id).toBe('b');
  });

  it('stay as they were while the file cannot be used, which is said', async () => {
    const { env, write, path } = await createFile(`a:${secret}\n`);
    const keys = loadPayloadKeys(env);
    await write(`b:${newKey().slice(0, 20)}`);
    expect(() => keys.find('b')).toThrow(`${path}): key 1 is not understood`);
    expect(keys.find('a')).not.toBeNull();
    expect(keys.current()?.id).toBe('a');
  });
});

describe('keys that cannot be used', () => {
  const unpadded = secret.slice(0, -1);
  it.each([
    [secret, 'key 1 is not understood'],
    [`a:${unpadded}`, 'key 1 is not understood'],
    [`a:${randomBytes(16).toString('base64')}`, 'key 1 is not understood'],
    [`a:${randomBytes(32).toString('hex')}`, 'key 1 is not understood'],
    [`${secret}:a`, 'key 1 is not understood'],
    [`a:${secret}:b`, 'key 1 is not understood'],
    [`an id of spaces:${secret}`, 'key 1 is not understood'],
    [`${'x'.repeat(33)}:${secret}`, 'key 1 is not understood'],
    [`a:${newKey()}\na:${secret}`, 'key 2 has the id "a" like one before it'],
    [`a:${Buffer.alloc(32).toString('base64')}`, 'key 1 ("a") is not random'],
    ['# none yet', 'there is no key'],
  ])('are refused, and not repeated', (text, message) => {
    const load = () => loadPayloadKeys({ CREWAI_PAYLOAD_KEYS: text });
    expect(load).toThrow(PayloadKeysConfigurationError);
    expect(load).toThrow(`CREWAI_PAYLOAD_KEYS: ${message}`);
    expect(load).not.toThrow(secret.slice(0, 8));
  });

  it('are those of a file that is not there, and of two places at once', () => {
    const nowhere = { CREWAI_PAYLOAD_KEYS_FILE: '/nowhere/payload.keys' };
    expect(() => loadPayloadKeys(nowhere)).toThrow(
      /CREWAI_PAYLOAD_KEYS_FILE cannot be read: ENOENT/,
    );
    const both = { ...nowhere, CREWAI_PAYLOAD_KEYS: `a:${secret}` };
    expect(() => loadPayloadKeys(both)).toThrow('are both set: unset one of them');
  });
});
