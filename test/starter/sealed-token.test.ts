import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CrewHarness } from '../support/crew-harness.js';
import { progressUntil, startCrewHarness, type CrewRunHandle } from '../support/crew-harness.js';
import { createTokenKeys, type TokenKeys } from '../support/token-keys.js';
import { runCommand, type CommandLineOptions } from './command-line.js';

const OWN = 'own-token-marked';
const NEXT = 'next-token-marked';

let keys: TokenKeys;
let crew: CrewHarness;
let env: Record<string, string>;
let folder: string;
/** Holds {@link OWN}. */
let tokenFile: string;

beforeAll(async () => {
  keys = await createTokenKeys();
  const { publicKeyFile } = await keys.add('first');
  crew = await startCrewHarness({
    amp: { token: OWN, scenario: { polls: 1 } },
    privateKeys: keys.load(),
  });
  env = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: crew.taskQueue,
    CREWAI_TOKEN_PUBLIC_KEY_FILE: publicKeyFile,
  };
  folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
  tokenFile = join(folder, 'my.token');
  await writeFile(tokenFile, `${OWN}\n`);
});
afterAll(async () => {
  await crew.stop();
  await keys.remove();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  crew.amp.faults = {};
  crew.amp.token = OWN;
});

const newId = (): string => `starter-${randomUUID()}`;
const handleOf = (id: string) => crew.client.workflow.getHandle(id) as CrewRunHandle;

/** A command that prints neither token. */
async function run(args: string[], options: CommandLineOptions = {}) {
  const ended = await runCommand(args, { env, ...options });
  expect(ended.stdout + ended.stderr).not.toContain(OWN);
  expect(ended.stdout + ended.stderr).not.toContain(NEXT);
  return ended;
}

/** What the sealed token in a run's input says of itself. */
async function headerOf(id: string): Promise<{ exp: number }> {
  const { events } = await handleOf(id).fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  const input = Buffer.from(started?.input?.payloads?.[0]?.data ?? []).toString();
  const { bearerToken } = JSON.parse(input) as { bearerToken: string };
  const [header = ''] = bearerToken.split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()) as { exp: number };
}

describe('--bearer-token-file', () => {
  it('seals the token in a file for the run, until ten minutes after its timeout', async () => {
    const id = newId();
    const args = ['--id', id, '--timeout', '2h', '--bearer-token-file', tokenFile];
    const { exitCode, stderr } = await run(['run', ...args]);
    expect(stderr).toContain('✔ completed');
    expect(exitCode).toBe(0);
    expect(crew.amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(1);

    const { exp, ...header } = await headerOf(id);
    expect(header).toMatchObject({ crew: 'default', namespace: 'default', workflowId: id });
    const { timeoutAt } = await progressUntil(handleOf(id), ({ phase }) => phase === 'done');
    const beyondTimeoutMs = exp * 1_000 - Date.parse(timeoutAt ?? '');
    // The clock of the server is this one; the two looked at it one after the other.
    expect(beyondTimeoutMs).toBeGreaterThan(540_000);
    expect(beyondTimeoutMs).toBeLessThanOrEqual(600_000);
  });

  it('takes a token from stdin, as the only thing that is read there', async () => {
    const id = newId();
    const args = ['start', '--id', id, '--bearer-token-file', '-'];
    expect((await run(args, { stdin: `${OWN}\n` })).exitCode).toBe(0);
    await expect(handleOf(id).result()).resolves.toMatchObject({ status: 'completed' });

    const both = await run([...args, '--inputs-file', '-'], { stdin: OWN });
    expect(both.exitCode).toBe(2);
    expect(both.stderr).toContain('cannot both read stdin');
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['no key', OWN, { CREWAI_TOKEN_PUBLIC_KEY_FILE: '' }, 'CREWAI_TOKEN_PUBLIC_KEY_FILE is not'],
    ['a key that is not there', OWN, { CREWAI_TOKEN_PUBLIC_KEY_FILE: '/nowhere' }, 'ENOENT'],
    ['no token', ' \n', {}, '--bearer-token-file is empty'],
    ['more than a token', `Bearer ${OWN}`, {}, 'has to hold the token alone'],
    ['a token that no server takes', 'x'.repeat(5_000), {}, 'is longer than 4096 characters'],
  ])('with %s sends nothing', async (_, stdin, change, message) => {
    const id = newId();
    const { exitCode, stderr } = await run(['run', '--id', id, '--bearer-token-file', '-'], {
      stdin,
      env: { ...env, ...change },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    await expect(handleOf(id).describe()).rejects.toThrow(/not found/);
  });

  it('does not seal with a private key, nor what is sealed already', async () => {
    const { privateKeyFile } = await keys.add('not-for-callers');
    const { d } = JSON.parse(await readFile(privateKeyFile, 'utf8')) as { d: string };
    const args = ['run', '--bearer-token-file', '-'];
    const wrongKey = await run(args, {
      stdin: OWN,
      env: { ...env, CREWAI_TOKEN_PUBLIC_KEY_FILE: privateKeyFile },
    });
    expect(wrongKey.exitCode).toBe(2);
    expect(wrongKey.stderr).toContain('holds a private key');
    expect(wrongKey.stderr).not.toContain(d);

    const seal = ['token', 'seal', '--bearer-token-file', tokenFile, '--any-run'];
    const { stdout } = await run(seal);
    const twice = await run(args, { stdin: stdout });
    expect(twice.exitCode).toBe(2);
    expect(twice.stderr).toContain('is sealed already');
  });
});

describe('token keygen', () => {
  it('writes two files, shows neither key, and overwrites nothing', async () => {
    const name = join(folder, 'pair');
    const made = await run(['token', 'keygen', name]);
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toBe(`${name}.private.json\n${name}.public.json\n`);
    expect((await stat(`${name}.private.json`)).mode & 0o777).toBe(0o600);
    const { d, x } = JSON.parse(await readFile(`${name}.private.json`, 'utf8')) as {
      d: string;
      x: string;
    };
    for (const part of [d, x]) expect(made.stdout + made.stderr).not.toContain(part);

    const again = await run(['token', 'keygen', name]);
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('is there already');
  });
});

describe('token seal', () => {
  it('prints a token for a run that is started by other means', async () => {
    const id = newId();
    const args = ['token', 'seal', '--bearer-token-file', tokenFile, '--id', id];
    const { exitCode, stdout, stderr } = await run(args);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`For the run "${id}" of crew "default" in namespace "default", until`);
    const handle = await crew.start({ inputs: {}, bearerToken: stdout.trim() }, { workflowId: id });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });

  it('says with --json what it is for', async () => {
    const args = ['token', 'seal', '--bearer-token-file', '-', '--any-run', '--json'];
    const more = ['--crew', 'research', '--namespace', 'prod', '--expires-in', '90d'];
    const { stdout } = await run([...args, ...more], { stdin: OWN });
    expect(JSON.parse(stdout)).toMatchObject({
      kid: expect.any(String) as string,
      crew: 'research',
      namespace: 'prod',
      workflowId: null,
      expiresAt: expect.stringMatching(/^20.*Z$/) as string,
    });
  });

  it.each([
    [[], 'give the workflow id of the run with --id, or --any-run'],
    [['--id', 'x', '--any-run'], 'give the workflow id'],
    [['--id', ' '], 'give the workflow id'],
    [['--any-run', '--expires-in', 'soon'], '--expires-in soon: write a number and a unit'],
  ])('with %j is refused', async (args, message) => {
    const command = ['token', 'seal', '--bearer-token-file', tokenFile, ...args];
    const { exitCode, stderr, stdout } = await run(command);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });
});

describe('token replace', () => {
  const replace = (id: string, stdin = NEXT) =>
    run(['token', 'replace', id, '--bearer-token-file', '-'], { stdin });

  it('lets a run that is on hold go on, to which status points', async () => {
    const id = newId();
    crew.amp.faults.status = { word: 'running' };
    await run(['start', '--id', id, '--bearer-token-file', tokenFile]);
    await progressUntil(handleOf(id), ({ kickoffId }) => kickoffId !== null);
    crew.amp.token = NEXT;
    await handleOf(id).signal('crewEvent', {});
    await progressUntil(handleOf(id), ({ phase }) => phase === 'onHold');
    const status = await run(['status', id]);
    expect(status.stdout).toContain('on hold: the token is refused');
    expect(status.stdout).toContain(`token replace ${id} --bearer-token-file FILE`);

    crew.amp.faults = {};
    const { exitCode, stderr } = await replace(id);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('The run uses the new token from now on');
    await expect(handleOf(id).result()).resolves.toMatchObject({ status: 'completed' });

    const late = await replace(id);
    expect(late.exitCode).toBe(1);
    expect(late.stderr).toContain('it uses no token any more');
  });

  it('tells why the run refuses the token', async () => {
    const others = await createTokenKeys();
    const { publicKeyFile } = await others.add('other');
    const id = newId();
    crew.amp.faults.status = { word: 'running' };
    await run(['start', '--id', id, '--bearer-token-file', tokenFile]);
    await progressUntil(handleOf(id), ({ kickoffId }) => kickoffId !== null);
    const { exitCode, stderr } = await runCommand(
      ['token', 'replace', id, '--bearer-token-file', tokenFile],
      { env: { ...env, CREWAI_TOKEN_PUBLIC_KEY_FILE: publicKeyFile } },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The run "${id}" refuses: replaceBearerToken: The sealed token was`);
    expect(stderr).toContain('and this worker has only');
    await handleOf(id).terminate();
    await others.remove();
  });

  it('sends nothing where no worker can say what the token is for', async () => {
    const id = newId();
    const taskQueue = `nobody-${randomUUID()}`;
    await run(['start', '--id', id, '--task-queue', taskQueue]);
    const { exitCode, stderr } = await replace(id);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nothing was sent: no worker serves its task queue');
    await handleOf(id).terminate();
  });
});
