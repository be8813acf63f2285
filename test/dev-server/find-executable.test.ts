import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findExecutable, type Tool } from '../../dev-server/find-executable.js';
import { findTemporalCli, findTestServer } from '../../dev-server/find-temporal-cli.js';
import { installWheel, type Wheel } from '../../dev-server/wheel.js';

const run = promisify(execFile);

let dir = '';
let wheel: Wheel = { package: '', version: '', executable: '', sha256: [] };

/** A tiny wheel `some-tool-bin` with an executable that says hello, in a folder that pip takes for PyPI. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'find-executable-'));
  const content = join(dir, 'content');
  const info = join(content, 'some_tool_bin-1.0.data', 'scripts');
  await mkdir(info, { recursive: true });
  await writeFile(join(info, 'some-tool'), '#!/bin/sh\necho hello\n');
  const dist = join(content, 'some_tool_bin-1.0.dist-info');
  await mkdir(dist);
  await writeFile(
    join(dist, 'METADATA'),
    'Metadata-Version: 2.1\nName: some-tool-bin\nVersion: 1.0\n',
  );
  await writeFile(
    join(dist, 'WHEEL'),
    'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
  );
  await writeFile(join(dist, 'RECORD'), '');
  const file = join(dir, 'some_tool_bin-1.0-py3-none-any.whl');
  await run(
    'python3',
    ['-m', 'zipfile', '-c', file, 'some_tool_bin-1.0.data', 'some_tool_bin-1.0.dist-info'],
    {
      cwd: content,
    },
  );
  const sha256 = [
    'f'.repeat(64),
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  ];
  wheel = { package: 'some-tool-bin', version: '1.0', executable: 'some-tool', sha256 };
});

const useLocalIndex = () => {
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', dir);
};

afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const toTool = (own: Partial<Tool>): Tool => ({
  title: 'some tool',
  command: 'some-tool-that-nobody-has',
  sdkMethod: 'createLocal',
  wheel,
  advice: 'Install some tool.',
  ...own,
});

describe('an executable from a wheel', () => {
  it('is unpacked, and several processes may do so at once', async () => {
    useLocalIndex();
    const cache = join(dir, 'together');
    const paths = await Promise.all([1, 2, 3].map(() => installWheel(wheel, cache)));
    expect(new Set(paths)).toEqual(new Set([join(cache, 'some-tool-1.0')]));
    expect((await run(paths[0] ?? '', [])).stdout).toBe('hello\n');
    expect(await readdir(cache)).toEqual(['some-tool-1.0']);
  });

  it('is refused when its hash is none of the pinned ones, and leaves nothing behind', async () => {
    useLocalIndex();
    const cache = join(dir, 'refused');
    const tampered = { ...wheel, sha256: ['f'.repeat(64)] };
    await expect(installWheel(tampered, cache)).rejects.toThrow(/DO NOT MATCH/);
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('findExecutable', () => {
  it('takes the one on PATH first', async () => {
    const bin = join(dir, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'some-tool'), '#!/bin/sh\n');
    await chmod(join(bin, 'some-tool'), 0o755);
    vi.stubEnv('PATH', `/nonexistent:${bin}`);
    const found = await findExecutable(toTool({ command: 'some-tool' }), join(dir, 'none'));
    expect(found).toBe(join(bin, 'some-tool'));
  });

  it('takes what the SDK has downloaded before, not what it is still downloading', async () => {
    const cache = join(dir, 'sdk');
    await mkdir(join(cache, 'sdk-createLocal'), { recursive: true });
    await writeFile(join(cache, 'sdk-createLocal', 'cli-1'), '');
    await writeFile(join(cache, 'sdk-createLocal', 'cli-2.downloading'), '');
    expect(await findExecutable(toTool({}), cache)).toBe(join(cache, 'sdk-createLocal', 'cli-1'));
  });

  it('takes what came from a wheel before, without trying the network', async () => {
    useLocalIndex();
    const cache = join(dir, 'wheel');
    const path = await installWheel(wheel, cache);
    vi.stubEnv('PATH', '/nonexistent');
    expect(await findExecutable(toTool({}), cache)).toBe(path);
  });

  it('says what it tried, why each failed, and what to do, without addresses', async () => {
    const file = join(dir, 'not-a-folder');
    await writeFile(file, '');
    const error = await findExecutable(toTool({}), file).catch((e: unknown) => String(e));
    expect(error).toMatch(/No some tool found. Tried:/);
    expect(error).toMatch(/`some-tool-that-nobody-has` on PATH: not there/);
    expect(error).toMatch(/download by Temporal's SDK: ENOTDIR/);
    expect(error).toMatch(/some-tool-bin 1.0 from PyPI, with python3 -m pip: EEXIST/);
    expect(error).toMatch(/Install some tool\.$/);
    expect(error).not.toMatch(/https?:/);
  });

  it('shows the last line that pip printed as the reason', async () => {
    useLocalIndex();
    vi.stubEnv('PIP_FIND_LINKS', join(dir, 'nothing-here'));
    const cache = join(dir, 'no-wheel');
    await mkdir(cache);
    // A file where the SDK's folder would be: that way fails on any machine.
    await writeFile(join(cache, 'sdk-createLocal'), '');
    await expect(findExecutable(toTool({}), cache)).rejects.toThrow(
      /pip: .*No matching distribution found for some-tool-bin==1.0/,
    );
  });
});

describe('on this machine', () => {
  it('there is a Temporal CLI', async () => {
    expect((await run(await findTemporalCli(), ['--version'])).stdout).toMatch(/^temporal version/);
  });

  it('there is a test server', async () => {
    expect(await findTestServer()).toMatch(/test-server/);
  });
});
