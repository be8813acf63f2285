import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { SEALED_TOKEN } from '../../src/contract.js';
import { openToken, SealedTokenError } from '../../src/sealing/open-token.js';
import type { PrivateKeys } from '../../src/sealing/private-keys.js';
import { LONGEST_TOKEN, type TokenPurpose, type TokenUse } from '../../src/sealing/sealed-token.js';
import { sealToken } from '../../src/sealing/seal-token.js';
import { createTokenKeysForTest } from '../support/token-keys.js';

const TOKEN = 'pk-marked-1234567890';
const use: TokenUse = { crew: 'research', namespace: 'default', workflowId: 'report-1' };
const inAnHour = (): TokenPurpose => ({ ...use, expiresAt: Date.now() + 3_600_000 });

async function createSealed(purpose: Partial<TokenPurpose> = {}) {
  const keys = await createTokenKeysForTest();
  const publicKey = await keys.add('first');
  const sealed = await sealToken(TOKEN, { ...inAnHour(), ...purpose }, publicKey);
  return { keys, publicKey, sealed, privateKeys: keys.load() };
}

/** Why a token is not opened; the token is in none of it. */
async function refusalOf(
  sealed: string,
  keys: PrivateKeys,
  used: Partial<TokenUse> = {},
): Promise<SealedTokenError> {
  try {
    await openToken(sealed, { ...use, ...used }, keys);
  } catch (error) {
    if (!(error instanceof SealedTokenError)) throw error;
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(TOKEN);
    return error;
  }
  throw new Error('it was opened');
}

describe('a sealed token', () => {
  it('is opened by whoever has the private key, for what it was sealed for', async () => {
    const { sealed, privateKeys } = await createSealed();
    await expect(openToken(sealed, use, privateKeys)).resolves.toBe(TOKEN);
  });

  it('has a form that nothing else has, and shows nothing of the token', async () => {
    const { sealed, publicKey } = await createSealed();
    expect(sealed).toMatch(SEALED_TOKEN);
    const parts = sealed.split('.');
    const decoded = parts.map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([sealed, ...decoded].join()).not.toContain(TOKEN);
    expect(JSON.parse(decoded[0] ?? '')).toMatchObject({
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      kid: publicKey.kid,
      ...use,
    });
    for (const other of [
      TOKEN,
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
      parts.slice(1).join('.'),
      `Bearer ${sealed}`,
      `${sealed}\n`,
    ]) {
      expect(other).not.toMatch(SEALED_TOKEN);
    }
  });

  it('has that form with the longest token and the longest ids of Temporal, too', async () => {
    const longest = '€'.repeat(1_000);
    const { publicKey, privateKeys } = await createSealed();
    const purpose = { crew: longest, namespace: longest, workflowId: longest };
    const token = 'x'.repeat(LONGEST_TOKEN);
    const sealed = await sealToken(token, { ...inAnHour(), ...purpose }, publicKey);
    expect(sealed).toMatch(SEALED_TOKEN);
    await expect(openToken(sealed, purpose, privateKeys)).resolves.toBe(token);
  });

  it.each<[string, Partial<TokenUse>, string]>([
    ['crew', { crew: 'writers' }, 'is for the crew "research", not for "writers"'],
    ['namespace', { namespace: 'other' }, 'is for the namespace "default", not for "other"'],
    ['workflow', { workflowId: 'mine' }, 'is for the workflow id "report-1", not for "mine"'],
  ])('is of no use to another %s', async (_, used, message) => {
    const { sealed, privateKeys } = await createSealed();
    const refusal = await refusalOf(sealed, privateKeys, used);
    expect(refusal.reason).toBe('otherUse');
    expect(refusal.message).toContain(message);
  });

  it('is for any run of the crew where it was sealed without a workflow id', async () => {
    const { sealed, privateKeys } = await createSealed({ workflowId: null });
    await expect(openToken(sealed, { ...use, workflowId: 'any' }, privateKeys)).resolves.toBe(
      TOKEN,
    );
    expect((await refusalOf(sealed, privateKeys, { crew: 'writers' })).reason).toBe('otherUse');
  });

  it('is of no use when its time is over', async () => {
    const { sealed, privateKeys } = await createSealed({ expiresAt: Date.now() - 1_000 });
    const refusal = await refusalOf(sealed, privateKeys);
    expect(refusal.reason).toBe('expired');
    expect(refusal.message).toMatch(/^expired at 20\S+Z: seal the token again$/);
  });

  it.each([0, 1, 2, 3, 4])('is not opened when part %i of it was changed', async (index) => {
    const { sealed, privateKeys } = await createSealed();
    const parts = sealed.split('.');
    const bytes = Buffer.from(parts[index] ?? '', 'base64url');
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    parts[index] = bytes.toString('base64url');
    expect((await refusalOf(parts.join('.'), privateKeys)).reason).toBe('invalid');
  });

  it('is not opened for a purpose that somebody wrote into its header', async () => {
    const { sealed, privateKeys } = await createSealed();
    const [header = '', ...rest] = sealed.split('.');
    const changed = Buffer.from(header, 'base64url').toString().replace('research', 'writers');
    const moved = [Buffer.from(changed).toString('base64url'), ...rest].join('.');
    expect(moved).toMatch(SEALED_TOKEN);
    expect((await refusalOf(moved, privateKeys, { crew: 'writers' })).reason).toBe('invalid');
  });

  it('is not opened when it was sealed for another purpose, or with another algorithm', async () => {
    const { publicKey, privateKeys } = await createSealed();
    const encrypt = (header: Record<string, unknown>) =>
      new CompactEncrypt(Buffer.from(TOKEN))
        .setProtectedHeader({
          alg: 'ECDH-ES+A256KW',
          enc: 'A256GCM',
          typ: 'temporal-crewai-token',
          kid: publicKey.kid,
          ...use,
          exp: Math.floor(Date.now() / 1_000) + 60,
          ...header,
        })
        .encrypt(publicKey.key);
    await expect(openToken(await encrypt({}), use, privateKeys)).resolves.toBe(TOKEN);
    for (const header of [
      { typ: 'JWT' },
      { typ: undefined },
      { crew: undefined },
      { exp: undefined },
      { exp: 'never' },
      { alg: 'ECDH-ES+A128KW' },
      { enc: 'A128GCM' },
      { kid: undefined },
    ]) {
      expect((await refusalOf(await encrypt(header), privateKeys)).reason).toBe('invalid');
    }
  });

  it('is not opened without its key, which is named together with those that are there', async () => {
    const { sealed, publicKey } = await createSealed();
    const others = await createTokenKeysForTest();
    const { kid } = await others.add('other');
    const refusal = await refusalOf(sealed, others.load());
    expect(refusal.reason).toBe('noKey');
    expect(refusal.message).toBe(
      `was sealed with the key "${publicKey.kid}", and this worker has only "${kid}"`,
    );
  });

  it('of a long or broken key id makes no long or broken message', async () => {
    const { keys, publicKey } = await createSealed();
    const kid = `\ud800${'k'.repeat(5_000)}`;
    const sealed = await sealToken(TOKEN, inAnHour(), { ...publicKey, kid });
    const { message } = await refusalOf(sealed, keys.load());
    expect(message.length).toBeLessThan(300);
    expect(message.isWellFormed()).toBe(true);
  });
});
