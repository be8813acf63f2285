import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readPublicKey, type Key } from '../../src/sealing/key-file.js';
import { KEYS_FOLDER, loadPrivateKeys, type PrivateKeys } from '../../src/sealing/private-keys.js';
import { writeKeyPair } from '../../src/sealing/write-key-pair.js';

/** A worker's folder of private keys, and the public ones beside them. */
export interface TokenKeys {
  folder: string;
  /** Makes another pair of keys in the folder, and reads the public one. */
  add(name: string): Promise<Key & { publicKeyFile: string; privateKeyFile: string }>;
  /** As a worker reads it. */
  load(): PrivateKeys;
  remove(): Promise<void>;
}

export async function createTokenKeys(): Promise<TokenKeys> {
  const root = await mkdtemp(join(tmpdir(), 'temporal-crewai-keys-'));
  const folder = join(root, 'keys');
  await mkdir(folder);
  return {
    folder,
    async add(name) {
      const files = await writeKeyPair(join(folder, name));
      return { ...readPublicKey(files.publicKeyFile), ...files };
    },
    load: () => loadPrivateKeys({ [KEYS_FOLDER]: folder }),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The same, removed when the test is over. */
export async function createTokenKeysForTest(): Promise<TokenKeys> {
  const keys = await createTokenKeys();
  onTestFinished(() => keys.remove());
  return keys;
}
