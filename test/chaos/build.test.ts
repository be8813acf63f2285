import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BROKEN, BROKEN_NAMES, copyBuild } from '../../chaos/build.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each(BROKEN_NAMES)('can still break the build as %s', async (name) => {
  const worker = await copyBuild(folder, name);
  expect(worker).toBe(join(folder, 'dist/worker.js'));
  for (const { file, from, to } of BROKEN[name]) {
    const text = await readFile(join(folder, 'dist', file), 'utf8');
    expect(text).toContain(to);
    expect(text).not.toContain(from);
  }
});
