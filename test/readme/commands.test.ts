import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../../dev-server/child-process.js';
import { findTemporalCli } from '../../dev-server/find-temporal-cli.js';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { CrewRunProgress } from '../../src/contract.js';
import { loadCrews } from '../../src/crews.js';
import { loadPayloadKeys } from '../../src/payload-codec.js';
import type { SimulatedAmp } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import { eventually } from '../support/crew-harness.js';
import { withoutConfiguration } from '../support/worker-process.js';
import { readmeSnippets } from './readme-snippets.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const block = (title: string): string => readmeSnippets({ title })[0]?.code ?? '';

/** A shell in a process group of its own, as a terminal has it: npm does not pass signals on. */
function shell(script: string, env: NodeJS.ProcessEnv) {
  const child = spawn('sh', ['-ec', script], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    async done() {
      const [code, [stdout, stderr]] = await Promise.all([exited, output]);
      return { code, stdout, stderr };
    },
    async interrupt() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await exited;
    },
  };
}

describe('the commands of the README', () => {
  let server: TemporalDevServer;
  let amp: SimulatedAmp;
  let env: NodeJS.ProcessEnv;
  let worker: ReturnType<typeof shell>;
  let client: Client;
  let folder: string;

  beforeAll(async () => {
    server = await startTemporalDevServer();
    amp = await startSimulatedAmp({ scenario: { polls: 1 } });
    folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
    await symlink(await findTemporalCli(), join(folder, 'temporal'));
    env = {
      ...withoutConfiguration(process.env),
      TEMPORAL_ADDRESS: server.address,
      PATH: [folder, process.env['PATH']].join(delimiter),
    };
    const tokenKeys = join(folder, 'token-keys');
    const making = block('token-keys')
      .replaceAll('$PWD/token-keys', tokenKeys)
      .replaceAll(/(?<= )token-keys/g, tokenKeys);
    const variables = ['CREWAI_TOKEN_KEYS_FOLDER', 'CREWAI_TOKEN_PUBLIC_KEY_FILE'] as const;
    const made = await shell(`${making}printenv ${variables.join(' ')}`, env).done();
    const [keysFolder, publicKey] = made.stdout.trim().split('\n').slice(-2);
    expect(keysFolder).toBe(tokenKeys);
    env = { ...env, [variables[0]]: keysFolder, [variables[1]]: publicKey };

    const script = block('worker')
      .replace('https://my-crew.crewai.com', amp.url)
      .replace('my-crew-token', amp.token);
    expect(script).toContain(amp.url);
    worker = shell(script, env);
    client = new Client({ connection: await Connection.connect({ address: server.address }) });
  });
  afterAll(async () => {
    await worker.interrupt();
    await client.connection.close();
    await amp.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('are these, each with a test', () => {
    const titles = readmeSnippets({ language: 'sh' }).map(({ title }) => title);
    // `demo` has a test of its own; `test` is what runs here.
    expect(titles).toEqual([
      'demo',
      'test',
      'server',
      'worker',
      'run',
      'start',
      'temporal',
      'token-keys',
      'own-token',
      'keys',
      'resolve',
    ]);
    expect(block('demo')).toBe('npm ci && npm run demo\n');
    expect(block('test')).toBe('npm test\n');
  });

  it('start a Temporal server, and stop it', async () => {
    expect(block('server')).toBe('npm run temporal\n');
    const main = join(root, 'dev-server/main.ts');
    // In a folder of its own, which keeps a developer's state out of it.
    const temporal = await startNode(['--import', import.meta.resolve('tsx'), main], {
      cwd: folder,
      env: withoutConfiguration(process.env),
    });
    const line = await temporal.waitForLine(/^Temporal: /);
    const address = /[\d.]+:\d+/.exec(line)?.[0] ?? '';
    const connection = await Connection.connect({ address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['CrewName', 'CrewStatus', 'CrewKickoffId']),
    );
    await connection.close();
    temporal.signal('SIGINT');
    expect(await temporal.exited).toEqual({ code: 0, signal: null });
  });

  it('run a crew and print its output', async () => {
    expect(await shell(block('run'), env).done()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('# AI agents') as string,
    });
  });

  it('start a crew under a name, print its result, and list it', async () => {
    const { code, stdout } = await shell(block('start'), env).done();
    expect(code).toBe(0);
    expect(stdout.match(/report-2026-11/g)?.length).toBeGreaterThanOrEqual(2);
    expect(stdout).toContain('# AI agents');
  });

  it('run a crew with the stock Temporal CLI', async () => {
    const { code, stdout } = await shell(block('temporal'), env).done();
    expect(code).toBe(0);
    expect(stdout).toContain('"status":"completed"');
  });

  it('run a crew with a token of one’s own, which Temporal sees only sealed', async () => {
    const file = join(folder, 'my.token');
    await writeFile(file, amp.token);
    const run = block('own-token').replace('my.token', file).replace('-- run', '-- run --id own');
    expect(await shell(run, env).done()).toMatchObject({ code: 0 });
    const history = await client.workflow.getHandle('own').fetchHistory();
    const input = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input;
    expect(Buffer.from(input?.payloads?.[0]?.data ?? []).toString()).toMatch(
      /"bearerToken":"[\w-]+(\.[\w-]+){4}"/,
    );
  });

  it('resolve kickoffs of unknown outcome', async () => {
    const start = async (workflowId: string) => {
      amp.faults.kickoff = [{ reset: true, accepted: true }];
      const handle = await client.workflow.start('kickoffAndPollUntilComplete', {
        workflowId,
        taskQueue: 'crewai',
        args: [{ inputs: {} }],
      });
      await eventually(
        () => handle.query<CrewRunProgress>('progress'),
        ({ phase }) => phase === 'kickoffUnknown',
      );
      return handle;
    };
    const [adopt = '', retry = ''] = block('resolve').trim().split('\n');
    const adopted = await start('adopted');
    const kickoffId = amp.ledger.kickoffs.at(-1)?.kickoffId ?? '';
    const adopting = adopt
      .replace('WORKFLOW_ID', adopted.workflowId)
      .replace('KICKOFF_ID', kickoffId);
    expect(await shell(adopting, env).done()).toMatchObject({ code: 0 });
    await expect(adopted.result()).resolves.toMatchObject({ kickoffId });

    const retried = await start('retried');
    const retrying = retry.replace('WORKFLOW_ID', retried.workflowId);
    expect(await shell(retrying, env).done()).toMatchObject({ code: 0 });
    await expect(retried.result()).resolves.toMatchObject({ status: 'completed' });
    expect(amp.ledger.kickoffsOfWorkflow('retried')).toHaveLength(2);
  });

  it('make a key that encrypts payloads, for nobody else to read', async () => {
    const made = await shell(
      `cd ${folder}\n${block('keys')}printenv CREWAI_PAYLOAD_KEYS_FILE`,
      env,
    ).done();
    expect(made).toMatchObject({ code: 0, stdout: `${join(folder, 'payload.keys')}\n` });
    const file = made.stdout.trim();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(loadPayloadKeys({ CREWAI_PAYLOAD_KEYS_FILE: file }).current()).toMatchObject({
      id: '2026-11',
    });
  });

  it('configure crews as the crews file says', async () => {
    const file = join(folder, 'crews.toml');
    await writeFile(file, block('crews'));
    await writeFile(join(folder, 'research.token'), 'token-of-research\n');
    const crews = loadCrews({ CREWAI_CREWS_FILE: file, WRITERS_TOKEN: 'token-of-writers' });
    expect([...crews.values()]).toMatchObject([
      { name: 'research', kickoffTimeoutMs: 60_000 },
      { name: 'writers', kickoffTimeoutMs: 90_000 },
    ]);
    await expect(crews.get('research')?.token()).resolves.toBe('token-of-research');
  });
});
