import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startNode, type Child } from '../../dev-server/child-process.js';
import {
  startTemporalDevServer,
  type TemporalDevServer,
} from '../../dev-server/temporal-dev-server.js';
import type { CrewRunInput, CrewRunOutput } from '../../src/contract.js';
import { DEFAULT_TASK_QUEUE, WORKFLOW_TYPE } from '../../src/contract.js';
import {
  startSimulatedAmp,
  type Scenario,
  type SimulatedAmp,
  type SimulatedAmpOptions,
} from '../../src/testing/index.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  type CrewRunHandle,
} from '../support/crew-harness.js';
import { startWorkerProcess, withoutConfiguration } from '../support/worker-process.js';

/**
 * Outages of minutes take `LONG_OUTAGES=1`, and runs then wait as they do by default. Otherwise an
 * outage ends when it was noticed, which is all that most of its length adds up to.
 */
const LONG = process.env['LONG_OUTAGES'] !== undefined;
const API_AWAY_MS = LONG ? 180_000 : 0;
const SERVER_AWAY_MS = LONG ? 120_000 : 0;
/** A kickoff is answered this long after it was accepted: Temporal is away by then, and still is. */
const SLOW_KICKOFF_MS = LONG ? 30_000 : 3_000;
const TIMEOUT_MS = LONG ? 600_000 : 90_000;

const starterFile = fileURLToPath(new URL('../../dist/starter.js', import.meta.url));

let folder: string;
let server: TemporalDevServer;
let client: Client;
let ampOptions: SimulatedAmpOptions;
let amp: SimulatedAmp;
let worker: Child;
/** The processes that have to be there at the end: they and no successors. */
let processes: Child[] = [];
let followers: Map<string, Child>;
let tokenFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outlasts-'));
  server = await startTemporalDevServer({
    dbFile: join(folder, 'temporal.db'),
    dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
  });
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
});
afterAll(async () => {
  await client.connection.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  followers = new Map();
  ampOptions = {
    token: 'first-token',
    ledgerFile: join(folder, `${randomUUID()}.jsonl`),
    scenario: ({ inputs }) => inputs,
    faults: { status: { word: 'RUNNING' } },
  };
  amp = await startSimulatedAmp(ampOptions);
  tokenFile = join(folder, 'crew.token');
  await writeFile(tokenFile, 'first-token\n');
  const crewsFile = join(folder, 'crews.toml');
  await writeFile(
    crewsFile,
    `[crews.rotated]\nurl = "${amp.url}"\ntoken = { file = "${tokenFile}" }\n`,
  );
  worker = await startWorkerProcess({
    address: server.address,
    ampUrl: amp.url,
    ampToken: 'first-token',
    env: { CREWAI_CREWS_FILE: crewsFile },
  });
  processes = [worker];
  await worker.waitForLine(/Ready/);
});
afterEach(async () => {
  await Promise.all(processes.map((child) => child.kill()));
  await amp.stop();
});

/** Its answers, until a test says otherwise, are that it is running. */
const CREW: Scenario = { tasks: [{ name: 'write', durationMs: 1, output: 'All about whales' }] };

async function startRun(input: CrewRunInput = {}, scenario = CREW): Promise<CrewRunHandle> {
  return client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
    workflowId: `outlasts-${randomUUID()}`,
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [
      {
        inputs: { ...scenario },
        ...(LONG ? {} : { polling: quickPolling }),
        ...input,
      },
    ],
  });
}

/** The command `run` in a process of its own: it attaches to the run, and follows it. */
async function follow({ workflowId }: CrewRunHandle): Promise<Child> {
  const follower = await startNode([starterFile, 'run', '--id', workflowId], {
    env: { ...withoutConfiguration(process.env), TEMPORAL_ADDRESS: server.address },
  });
  processes.push(follower);
  followers.set(workflowId, follower);
  await follower.waitForLine(/attached to it/);
  return follower;
}

/** The outage, which lasts until it was noticed, and no shorter than this. */
async function lasts(ms: number, noticed: Promise<unknown>): Promise<void> {
  await Promise.all([delay(ms), noticed]);
}

async function expectCompletion(handles: readonly CrewRunHandle[]): Promise<void> {
  for (const handle of handles) {
    const { kickoffId, status } = await handle.result();
    const kickoffs = amp.ledger.kickoffsOfWorkflow(handle.workflowId);
    expect(status).toBe('completed');
    expect(kickoffs.map((kickoff) => kickoff.kickoffId)).toEqual([kickoffId]);
  }
  for (const follower of followers.values()) {
    const exit = await follower.exited;
    expect(exit, follower.lines.join('\n')).toEqual({ code: 0, signal: null });
    expect(follower.stdout).toEqual(['All about whales']);
  }
  // Still the first one: whoever runs it had nothing to do.
  await expect(Promise.race([worker.exited, Promise.resolve('serves')])).resolves.toBe('serves');
}

it(
  'a token file that is rotated in the middle of a run releases it, without a restart',
  async () => {
    const handle = await startRun({ crew: 'rotated' });
    const follower = await follow(handle);
    await progressUntil(handle, ({ polls }) => polls > 0);
    amp.token = 'rotated-token';
    await follower.waitForLine(/on hold: the token is refused/);
    await writeFile(tokenFile, 'rotated-token\n');
    await follower.waitForLine(/\] running/);
    amp.faults = {};
    await expectCompletion([handle]);
    expect(worker.lines.filter((line) => /WARN .*the run is on hold/.test(line))).toHaveLength(1);
    expect(worker.lines.concat(follower.lines).join('\n')).not.toMatch(/(first|rotated)-token/);
  },
  TIMEOUT_MS,
);

it(
  'an outage of the API in the middle of a run is waited out',
  async () => {
    const handle = await startRun();
    await progressUntil(handle, ({ polls }) => polls > 0);
    const follower = await follow(handle);
    const { port } = amp;
    await amp.stop();
    await lasts(API_AWAY_MS, follower.waitForLine(/ECONNREFUSED/));
    amp = await startSimulatedAmp({ ...ampOptions, faults: {}, port });
    await expectCompletion([handle]);
  },
  TIMEOUT_MS,
);

it(
  'a Temporal server that is away is waited for, by kickoffs under way and by runs that wait',
  async () => {
    const waiting = await startRun();
    // One that polls by an ordinary activity: its attempts are the server's to count.
    const slow = await startRun();
    await progressUntil(waiting, ({ polls }) => polls > 0);
    const { kickoffId } = await progressUntil(slow, ({ polls }) => polls > 0);
    amp.faults.status = (request) =>
      request.kickoffId === kickoffId ? { status: 500 } : { word: 'RUNNING' };
    await eventually(
      () => slow.describe(),
      ({ raw }) => raw.pendingActivities?.[0]?.activityType?.name === 'getStatus',
    );
    const follower = await follow(waiting);
    const kickingOff = await Promise.all(
      [1, 2, 3].map(() => startRun({}, { ...CREW, kickoff: { answerAfterMs: SLOW_KICKOFF_MS } })),
    );
    const runs = [waiting, slow, ...kickingOff];
    await amp.ledger.until(({ kickoffs }) => kickoffs.length === runs.length);
    await server.kill();
    const known = () => worker.lines.filter((line) => line.includes('The crew was kicked off'));
    // None of their answers came before the server was gone.
    expect(known()).toHaveLength(2);
    await lasts(
      SERVER_AWAY_MS,
      Promise.all([
        follower.waitForLine(/lost the connection to Temporal/),
        eventually(
          () => Promise.resolve(known()),
          ({ length }) => length === runs.length,
        ),
        worker.waitForLine(/Temporal could not be told of the kickoff/),
      ]),
    );
    amp.faults = {};
    await server.restart();
    await expectCompletion(runs);
  },
  TIMEOUT_MS,
);

it('a status that nobody knows is logged once, whoever reads the run’s history again', async () => {
  const handle = await startRun();
  amp.faults.status = { word: 'DREAMING' };
  const { polls } = await progressUntil(handle, ({ status }) => status === 'unknown');
  await worker.stop();
  const successor = await startWorkerProcess({
    address: server.address,
    ampUrl: amp.url,
    ampToken: 'first-token',
  });
  processes.push(successor);
  await progressUntil(handle, (progress) => progress.polls > polls + 2);
  amp.faults = {};
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  const lines = worker.lines.concat(successor.lines);
  expect(lines.filter((line) => line.includes('word=DREAMING'))).toHaveLength(1);
});
