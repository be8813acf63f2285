import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyFileError, readPrivateKey, readPublicKey } from '../../src/sealing/key-file.js';
import { openToken } from '../../src/sealing/open-token.js';
import { KEYS_FOLDER, loadPrivateKeys } from '../../src/sealing/private-keys.js';
import { sealToken } from '../../src/sealing/seal-token.js';
import { writeKeyPair } from '../../src/sealing/write-key-pair.js';
import { createTokenKeysForTest } from '../support/token-keys.js';

const use = { crew: 'default', namespace: 'default', workflowId: 'report-1' };
const purpose = { ...use, expiresAt: Date.now() + 3_600_000 };

type Jwk = Record<string, string>;
const readJwk = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as Jwk;

/** What is wrong with a key file; nothing of its content is in the error. */
function mistakeOf(read: () => unknown, secrets: string[] = []): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    const shown = JSON.stringify([error.message, error.stack, String(error.cause)]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    return error.message;
  }
  throw new Error('it was read');
}

describe('a new pair of keys', () => {
  it('is in two files, and only its owner can read the private one', async () => {
    const keys = await createTokenKeysForTest();
    const { privateKeyFile, publicKeyFile, kid } = await keys.add('2026-11');
    expect((await stat(privateKeyFile)).mode & 0o777).toBe(0o600);
    expect(await readJwk(privateKeyFile)).toMatchObject({ kid, d: expect.any(String) as string });
    expect(await readJwk(publicKeyFile)).toMatchObject({ kid });
    expect(await readJwk(publicKeyFile)).not.toHaveProperty('d');
  });

  it('never takes the place of another, and leaves nothing of itself behind then', async () => {
    const keys = await createTokenKeysForTest();
    const { privateKeyFile, publicKeyFile } = await keys.add('2026-11');
    const before = await readFile(privateKeyFile, 'utf8');
    await expect(writeKeyPair(join(keys.folder, '2026-11'))).rejects.toThrow(/is there already/);
    expect(await readFile(privateKeyFile, 'utf8')).toBe(before);

    await rm(privateKeyFile);
    await expect(writeKeyPair(join(keys.folder, '2026-11'))).rejects.toThrow(/is there already/);
    await expect(stat(privateKeyFile)).rejects.toThrow(/ENOENT/);
    expect(readPublicKey(publicKeyFile)).toBeDefined();
  });
});

describe('a key file that cannot be used', () => {
  it('is named, with what is wrong and nothing of what stands in it', async () => {
    const keys = await createTokenKeysForTest();
    const { privateKeyFile, publicKeyFile } = await keys.add('2026-11');
    const other = await readJwk((await keys.add('other')).privateKeyFile);
    const jwk = await readJwk(privateKeyFile);
    const { d = '', x = '' } = jwk;
    const file = join(keys.folder, 'broken.json');
    for (const [content, message] of [
      ['', 'is not a key as'],
      [d, 'is not a key as'],
      [`{"d":"${d}`, 'is not a key as'],
      [JSON.stringify({ ...jwk, kid: undefined }), 'is not a key as'],
      [JSON.stringify({ ...jwk, crv: 'P-384' }), 'is not a key as'],
      [JSON.stringify({ ...jwk, d: d.slice(0, 10) }), 'is broken'],
      [JSON.stringify({ ...jwk, d: other['d'] }), 'is broken'],
      [JSON.stringify({ ...jwk, x: x.slice(0, 10) }), 'is broken'],
    ] as const) {
      await writeFile(file, content);
      const mistake = mistakeOf(() => readPrivateKey(file), [d, d.slice(0, 10), x]);
      expect(mistake).toContain(file);
      expect(mistake).toContain(message);
    }
    expect(mistakeOf(() => readPrivateKey(publicKeyFile))).toContain('holds a public key');
    expect(mistakeOf(() => readPublicKey(privateKeyFile), [d])).toContain('holds a private key');
    expect(mistakeOf(() => readPublicKey(join(keys.folder, 'none')))).toContain('ENOENT');
  });
});

describe('the private keys of a worker', () => {
  it('are none where no folder is named', () => {
    expect(loadPrivateKeys({}).ids).toEqual([]);
    expect(loadPrivateKeys({ [KEYS_FOLDER]: '' }).ids).toEqual([]);
  });

  it('open what was sealed with the old key and with the new one', async () => {
    const keys = await createTokenKeysForTest();
    const [before, after] = [await keys.add('old'), await keys.add('new')];
    const privateKeys = keys.load();
    expect([...privateKeys.ids].sort()).toEqual([before.kid, after.kid].sort());
    for (const key of [before, after]) {
      const sealed = await sealToken(`token-${key.kid}`, purpose, key);
      await expect(openToken(sealed, use, privateKeys)).resolves.toBe(`token-${key.kid}`);
    }
  });

  it('are found in the folder without a restart, when a new one is put there', async () => {
    const keys = await createTokenKeysForTest();
    await keys.add('old');
    const privateKeys = keys.load();
    const sealed = await sealToken('token', purpose, await keys.add('new'));
    await expect(openToken(sealed, use, privateKeys)).resolves.toBe('token');
  });

  it('stay as they are when a broken one is put there, and the reason says so', async () => {
    const keys = await createTokenKeysForTest();
    const old = await keys.add('old');
    const privateKeys = keys.load();
    const elsewhere = await (await createTokenKeysForTest()).add('elsewhere');
    await writeFile(join(keys.folder, 'broken.private.json'), '{}');
    const lost = openToken(await sealToken('token', purpose, elsewhere), use, privateKeys);
    await expect(lost).rejects.toMatchObject({
      reason: 'noKey',
      message: expect.stringMatching(/has only ".*"; and .*broken\.private\.json is not/) as string,
    });
    const sealed = await sealToken('token', purpose, old);
    await expect(openToken(sealed, use, privateKeys)).resolves.toBe('token');
  });

  it('cannot be loaded from a folder that is not there, is empty, or holds one key twice', async () => {
    const keys = await createTokenKeysForTest();
    expect(mistakeOf(() => keys.load())).toContain('there is no *.private.json in');
    expect(mistakeOf(() => loadPrivateKeys({ [KEYS_FOLDER]: '/nowhere' }))).toContain('ENOENT');
    const { privateKeyFile } = await keys.add('first');
    await writeFile(join(keys.folder, 'copy.private.json'), await readFile(privateKeyFile));
    expect(mistakeOf(() => keys.load())).toContain('has the same id as another key');
  });
});
