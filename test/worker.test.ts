import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startNode, type Child } from '../dev-server/child-process.js';
import { startTemporalDevServer } from '../dev-server/temporal-dev-server.js';
import { WORKFLOW_TYPE, type CrewRunInput, type CrewRunOutput } from '../src/contract.js';
import { sealToken } from '../src/sealing/seal-token.js';
import { startSimulatedAmp, type SimulatedAmp } from '../src/testing/index.js';
import { createTokenKeysForTest } from './support/token-keys.js';

const TOKEN = 's3cr3t-t0k3n';
const workerFile = fileURLToPath(new URL('../dist/worker.js', import.meta.url));

const children: Child[] = [];
const startWorker = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Child> => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL|CREWAI)_/.test(name),
  );
  const child = await startNode([workerFile, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
  });
  children.push(child);
  return child;
};

afterEach(async () => {
  for (const child of children.splice(0)) {
    await child.kill();
    expect(child.lines.join('\n')).not.toContain(TOKEN);
  }
});

/** An address at which nothing listens, with a count of who came while something did. */
const startDoor = async () => {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${String(port)}`,
    visits: () => visits,
    close: () => server.close(),
  };
};

const crewEnv = { CREWAI_AMP_URL: 'http://127.0.0.1:9', CREWAI_AMP_TOKEN: TOKEN };

describe('a worker', () => {
  const address = inject('temporalAddress');
  let connection: Connection;
  let client: Client;
  let amp: SimulatedAmp;
  let taskQueue = '';
  let env: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    connection = await Connection.connect({ address });
    client = new Client({ connection });
  });
  afterAll(() => connection.close());
  beforeEach(async () => {
    amp = await startSimulatedAmp({ token: TOKEN, scenario: { polls: 2 } });
    taskQueue = `worker-${randomUUID()}`;
    env = {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_TASK_QUEUE: taskQueue,
      CREWAI_AMP_URL: amp.url,
      CREWAI_AMP_TOKEN: TOKEN,
    };
  });
  afterEach(() => amp.stop());

  const startRun = (input: CrewRunInput = {}, workflowId = `run-${randomUUID()}`) =>
    client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
      taskQueue,
      workflowId,
      args: [{ inputs: { topic: 'AI' }, polling: { initialInterval: 20 }, ...input }],
    });

  it('serves runs, and says which crews, task queue, namespace and server', async () => {
    const worker = await startWorker(env);
    await worker.waitForLine(/Ready/);
    const log = worker.lines.join('\n');
    expect(log).toContain(`Crews: default (${new URL(amp.url).host})`);
    expect(log).toContain(
      `Ready: serving task queue "${taskQueue}" in namespace "default" at ${address}`,
    );
    const run = await startRun();
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });

  it('opens the sealed tokens of runs, and says with which keys', async () => {
    const keys = await createTokenKeysForTest();
    const key = await keys.add('first');
    const worker = await startWorker({
      ...env,
      CREWAI_AMP_TOKEN: 'the-crew-has-another',
      CREWAI_TOKEN_KEYS_FOLDER: keys.folder,
    });
    await worker.waitForLine(/Ready/);
    expect(worker.lines.join('\n')).toContain(`Sealed tokens: opened with the keys "${key.kid}"`);
    const workflowId = `run-${randomUUID()}`;
    const use = { crew: 'default', namespace: 'default', workflowId };
    const bearerToken = await sealToken(TOKEN, { ...use, expiresAt: Date.now() + 60_000 }, key);
    const run = await startRun({ bearerToken }, workflowId);
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });

  it('writes each thing it logs as one line, beginning with time and level', async () => {
    const worker = await startWorker(env);
    await worker.waitForLine(/Ready/);
    // A read that fails, and its ordinary retry, so that a failure is logged.
    amp.faults.status = [{ reset: true }, { reset: true }];
    await (await startRun()).result();
    await worker.stop();
    expect(worker.lines.join('\n')).toMatch(/WARN .*Activity failed .* error='Reading the status/);
    for (const line of worker.lines) expect(line).toMatch(/^\d{4}-\S+Z (INFO |WARN |ERROR)/);
    expect(worker.lines.join('\n')).toMatch(/kicked off .* kickoffId=\S+ crew=default\n/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes the kickoff that is under way, and exits 0',
    async (signal) => {
      amp.faults.kickoff = { delayMs: 1_000 };
      const worker = await startWorker(env);
      await worker.waitForLine(/Ready/);
      const run = await startRun();
      await amp.ledger.until(({ received }) => received.length === 1);
      worker.signal(signal);
      await worker.waitForLine(/finishing what is under way/);
      // The same Ctrl-C, passed on by npm as well.
      worker.signal(signal);
      expect(await worker.exited).toEqual({ code: 0, signal: null });
      expect(worker.lines.at(-1)).toMatch(/Stopped: nothing is left under way/);
      const [kickoff] = amp.ledger.kickoffs;

      // The next worker knows of the kickoff, and goes on with it.
      await startWorker(env);
      expect(await run.result()).toMatchObject({ kickoffId: kickoff?.kickoffId });
      expect(amp.ledger.kickoffs).toHaveLength(1);
    },
  );

  it('on a second signal exits at once, and not with 0', async () => {
    amp.faults.kickoff = { hang: true };
    const worker = await startWorker(env);
    await worker.waitForLine(/Ready/);
    const run = await startRun();
    await amp.ledger.until(({ received }) => received.length === 1);
    worker.signal('SIGTERM');
    await worker.waitForLine(/SIGTERM: finishing what is under way; once more stops at once/);
    // Until it counts: what comes at once is taken for the first one, passed on twice.
    const impatience = setInterval(() => worker.signal('SIGTERM'), 100);
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    clearInterval(impatience);
    expect(worker.lines.join('\n')).toMatch(
      /again: stopped at once. Kickoffs under way are cut off/,
    );
    await run.terminate();
  });

  it('names a namespace that is not there, and exits 3', async () => {
    const worker = await startWorker(
      { ...env, TEMPORAL_NAMESPACE: 'nowhere' },
      '--connect-timeout',
      '1ms',
    );
    expect(await worker.exited).toEqual({ code: 3, signal: null });
    expect(worker.lines.join('\n')).toMatch(
      /\(namespace "nowhere"\) cannot be reached: .*not found/,
    );
  });
});

describe('where Temporal is not there', () => {
  it('a worker says so, with the address, and serves once it is', async () => {
    const server = await startTemporalDevServer();
    try {
      await server.kill();
      const worker = await startWorker({ ...crewEnv, TEMPORAL_ADDRESS: server.address });
      const line = await worker.waitForLine(/cannot be reached/);
      expect(line).toContain(`Temporal at ${server.address} (namespace "default")`);
      expect(line).toMatch(/Connection refused; trying again for 60 s in all/);
      await server.restart();
      await worker.waitForLine(/Ready/);
      expect(worker.lines.filter((line) => line.includes('Connection refused'))).toHaveLength(1);
      expect(await worker.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await server.stop();
    }
  });

  it('a worker gives up after --connect-timeout, says what to do, and exits 3', async () => {
    const door = await startDoor();
    door.close();
    const worker = await startWorker(
      { ...crewEnv, TEMPORAL_ADDRESS: door.address },
      '--connect-timeout',
      '10ms',
    );
    expect(await worker.exited).toEqual({ code: 3, signal: null });
    expect(worker.lines.at(-1)).toContain(door.address);
    expect(worker.lines.at(-1)).toMatch(/temporal server start-dev.*TEMPORAL_ADDRESS/);
  });

  it('a worker that is told to stop in the meantime exits 0', async () => {
    const door = await startDoor();
    door.close();
    const worker = await startWorker({ ...crewEnv, TEMPORAL_ADDRESS: door.address });
    await worker.waitForLine(/cannot be reached/);
    worker.signal('SIGTERM');
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a worker that is misconfigured', () => {
  it('names all mistakes, connects to nothing and exits 2', async () => {
    const door = await startDoor();
    try {
      const worker = await startWorker({
        TEMPORAL_ADDRESS: door.address,
        TEMPORAL_PROFILE: 'nope',
        CREWAI_AMP_URL: `http://me:${TOKEN}@writers.crewai.com`,
        CREWAI_CREWS_FILE: '/nonexistent/crews.toml',
        CREWAI_TOKEN_KEYS_FOLDER: '/nonexistent/keys',
      });
      expect(await worker.exited).toEqual({ code: 2, signal: null });
      expect(worker.lines).toEqual([
        'The worker cannot start:',
        expect.stringMatching(/^ {2}- \/nonexistent\/crews.toml: cannot be read/),
        expect.stringMatching(/^ {2}- CREWAI_AMP_URL: must not have a user name/),
        expect.stringMatching(/^ {2}- CREWAI_AMP_TOKEN: is not set/),
        expect.stringMatching(/^ {2}- CREWAI_TOKEN_KEYS_FOLDER: the folder cannot be read: ENOENT/),
        expect.stringMatching(/^ {2}- TEMPORAL_… variables or temporal.toml: .*nope/),
      ]);
      expect(door.visits()).toBe(0);
    } finally {
      door.close();
    }
  });

  it.each([
    [{ ...crewEnv, TEMPORAL_ADDRESS: 'http://temporal:7233' }, [], /TEMPORAL_ADDRESS: Invalid/],
    [
      { ...crewEnv, TEMPORAL_WORKER_BUILD_ID: '1' },
      [],
      /BUILD_ID is set and TEMPORAL_DEPLOYMENT_NAME is not/,
    ],
    [
      { ...crewEnv, TEMPORAL_DEPLOYMENT_NAME: 'crews' },
      [],
      /DEPLOYMENT_NAME is set and TEMPORAL_WORKER_BUILD_ID is not/,
    ],
    [
      { ...crewEnv, TEMPORAL_DEPLOYMENT_NAME: 'a.b', TEMPORAL_WORKER_BUILD_ID: '1' },
      [],
      /must not contain a dot: "a.b"/,
    ],
    [crewEnv, ['--connect-timeout', 'soon'], /has to be a duration.*See --help/],
    [crewEnv, ['--conect-timeout', '1s'], /--conect-timeout.*See --help/],
    [crewEnv, ['serve'], /Unexpected argument 'serve'.*See --help/],
  ])('by %o %o exits 2', async (env, args, message) => {
    const worker = await startWorker(env, ...args);
    expect(await worker.exited).toEqual({ code: 2, signal: null });
    expect(worker.lines.join('\n')).toMatch(message);
  });
});

describe('--help', () => {
  /** Prints, when the process exits, which modules were loaded. */
  const probe = `data:text/javascript,${encodeURIComponent(`
    import Module from 'node:module';
    process.on('exit', () => console.error(Object.keys(Module._cache).join('\\n')));
  `)}`;

  it('shows every variable and exit code, without loading Temporal’s SDK', async () => {
    const help = await startWorker({ NODE_OPTIONS: `--import ${probe}` }, '--help');
    expect(await help.exited).toEqual({ code: 0, signal: null });
    expect(help.stdout.join('\n')).toMatch(/--connect-timeout.*CREWAI_AMP_URL.*Exit codes:/s);
    expect(help.stderr.join('\n')).not.toContain('@temporalio');

    // The same probe does see it where it is loaded.
    const other = await startWorker({ NODE_OPTIONS: `--import ${probe}` });
    expect(await other.exited).toEqual({ code: 2, signal: null });
    expect(other.stderr.join('\n')).toContain('@temporalio');
  });
});
