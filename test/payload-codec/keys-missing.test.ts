import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Child } from '../../dev-server/child-process.js';
import { createDataConverter, loadPayloadKeys } from '../../src/payload-codec.js';
import { startSimulatedAmp, type SimulatedAmp } from '../../src/testing/index.js';
import { runCommand, startCommand } from '../starter/command-line.js';
import { startWorkerProcess } from '../support/worker-process.js';

const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const oldKey = newKey('2025');
const key = newKey('2026');
const MISSING = 'A payload is encrypted with the key "2026", and';

const address = inject('temporalAddress');
let folder: string;
let amp: SimulatedAmp;
let connection: Connection;
let taskQueue: string;
let id: string;
const workers: Child[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-missing-'));
  amp = await startSimulatedAmp({
    scenario: ({ inputs }) => ({
      tasks: [{ name: 'write', durationMs: inputs['slow'] ? 3_600_000 : 1, output: 'A report' }],
      ...(inputs['lost'] ? { kickoff: { fault: { reset: true, accepted: true } } } : {}),
    }),
  });
  connection = await Connection.connect({ address });
});
afterAll(async () => {
  await connection.close();
  await amp.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  taskQueue = `crewai-${randomUUID()}`;
  id = `keys-${randomUUID()}`;
  return async () => {
    for (const worker of workers.splice(0)) await worker.kill();
  };
});

const startWorker = async (env: NodeJS.ProcessEnv): Promise<Child> => {
  const crew = { address, taskQueue, ampUrl: amp.url, ampToken: amp.token };
  const worker = await startWorkerProcess({ ...crew, env });
  workers.push(worker);
  await worker.waitForLine(/Ready/);
  return worker;
};
const starter = (env: Record<string, string>, ...args: string[]) =>
  [args, { env: { TEMPORAL_ADDRESS: address, TEMPORAL_TASK_QUEUE: taskQueue, ...env } }] as const;
const historyOf = async () => new Client({ connection }).workflow.getHandle(id).fetchHistory();

const withKey = { CREWAI_PAYLOAD_KEYS: key };

describe('a worker without the key', () => {
  it('says which and what to set, loses nothing, and the run goes on with one that has it', async () => {
    const worker = await startWorker({});
    const run = startCommand(...starter(withKey, 'run', '--id', id));
    const line = await worker.waitForLine(/ERROR .*payload/);
    expect(line).toContain(`${MISSING} there are no keys here: set CREWAI_PAYLOAD_KEYS_FILE`);
    // Whoever waits for the run is told, too.
    await run.untilStderr(`the worker cannot tell: ${MISSING} there are no keys here`);
    await worker.stop();

    await startWorker(withKey);
    expect(await run.exitCode).toBe(0);
    expect(run.stdout()).toBe('A report\n');
    expect(amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(1);
  });

  it('needs no restart where its keys are in a file', async () => {
    const file = join(folder, 'worker.keys');
    await writeFile(file, `${oldKey}\n`);
    await startWorker({ CREWAI_PAYLOAD_KEYS_FILE: file });
    const run = startCommand(...starter(withKey, 'run', '--id', id));
    // The worker encrypts its own failures: this one is readable all the same.
    await run.untilStderr(`${MISSING} here is only "2025": add it to ${file}`);

    await writeFile(file, `${key}\n${oldKey}\n`);
    expect(await run.exitCode).toBe(0);
    expect(amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(1);
  });
});

describe('a command without the key', () => {
  const told = { exitCode: 3, stdout: '' };

  it('is told which and what to set, for a run that is over', async () => {
    await startWorker(withKey);
    expect((await runCommand(...starter(withKey, 'run', '--id', id))).exitCode).toBe(0);
    for (const command of ['run --id', 'status', 'watch', 'result']) {
      const { stderr, ...others } = await runCommand(...starter({}, ...command.split(' '), id));
      expect([command, others]).toEqual([command, told]);
      expect(stderr).toMatch(
        /^error: A payload is encrypted with the key "2026", and there are no keys here: set CREWAI_PAYLOAD_KEYS_FILE .*\n$/,
      );
    }
    const other = await runCommand(...starter({ CREWAI_PAYLOAD_KEYS: oldKey }, 'status', id));
    expect(other.stderr).toContain(`${MISSING} here is only "2025": add it to CREWAI_PAYLOAD_KEYS`);
  });

  it('that starts a run is told as soon as it cannot see how it goes on', async () => {
    await startWorker(withKey);
    const { exitCode, stderr } = await runCommand(
      ...starter({}, 'run', '--id', id, '--input', 'slow=yes'),
    );
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`error: ${MISSING} there are no keys here`);
    expect(stderr).toContain('The run itself goes its way.');
    expect((await runCommand(...starter(withKey, 'status', id))).stdout).toMatch(
      /kicking off|kicked|running/,
    );
  });

  it('changes nothing of a run with adopt or retry-kickoff', async () => {
    await startWorker(withKey);
    const run = startCommand(...starter(withKey, 'run', '--id', id, '--input', 'lost=yes'));
    await run.untilStderr('kickoff outcome unknown');
    for (const command of [
      ['adopt', id, 'some-id'],
      ['retry-kickoff', id],
    ]) {
      const { exitCode, stderr } = await runCommand(...starter({}, ...command));
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`error: ${MISSING}`);
    }
    expect((await runCommand(...starter(withKey, 'status', id))).stdout).toContain('unknown');
    await runCommand(...starter(withKey, 'cancel', id));
    await run.exitCode;
  });

  it('can list and cancel: neither needs what is encrypted', async () => {
    await startWorker(withKey);
    const run = startCommand(...starter(withKey, 'run', '--id', id, '--input', 'slow=yes'));
    await run.untilStderr('running');

    const list = await runCommand(...starter({}, 'list', '--json'));
    expect(list.exitCode).toBe(0);
    expect(list.stderr).toContain(`Not all kickoffIds can be shown. ${MISSING}`);
    expect(JSON.parse(list.stdout)).toContainEqual(
      expect.objectContaining({ workflowId: id, status: 'running' }),
    );
    expect((await runCommand(...starter({}, 'cancel', id))).exitCode).toBe(0);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr()).toContain('✘ The run was cancelled.');
  });
});

it('keys that cannot be used are told before anything is sent, and not repeated', async () => {
  const { exitCode, stderr } = await runCommand(
    ...starter({ CREWAI_PAYLOAD_KEYS: key.slice(5) }, 'run', '--id', id),
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error: CREWAI_PAYLOAD_KEYS: key 1 is not understood/);
  expect(stderr).not.toContain(key.slice(5, 15));
});

it('a command with keys reads the runs that have none', async () => {
  await startWorker({});
  expect((await runCommand(...starter({}, 'run', '--id', id))).exitCode).toBe(0);
  const { exitCode, stdout } = await runCommand(...starter(withKey, 'result', id));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'A report\n' });
});

it('keys are rotated in the middle of a run, without a restart', async () => {
  const file = join(folder, 'rotated.keys');
  const env = { CREWAI_PAYLOAD_KEYS_FILE: file };
  await writeFile(file, `${oldKey}\n`);
  await startWorker(env);
  const run = startCommand(...starter(env, 'run', '--id', id, '--input', 'lost=yes'));
  await run.untilStderr('kickoff outcome unknown');

  // All have both keys before anybody encrypts with the new one; then it becomes the first.
  await writeFile(file, `${key}\n${oldKey}\n`);
  const [{ kickoffId = '' } = {}] = amp.ledger.kickoffsOfWorkflow(id);
  expect((await runCommand(...starter(env, 'adopt', id, kickoffId))).exitCode).toBe(0);
  expect(await run.exitCode).toBe(0);
  expect(run.stdout()).toBe('A report\n');

  const history = Buffer.from(
    proto.temporal.api.history.v1.History.encode(await historyOf()).finish(),
  ).toString('latin1');
  expect(history.indexOf('2025')).toBeGreaterThan(0);
  expect(history.indexOf('2026')).toBeGreaterThan(history.indexOf('2025'));

  // What was encrypted before the rotation needs the old key for as long as it is kept.
  const onlyNew = new Client({
    connection,
    dataConverter: createDataConverter(loadPayloadKeys(withKey)),
  });
  await expect(onlyNew.workflow.getHandle(id).result()).resolves.toMatchObject({
    output: 'A report',
  });
  const { exitCode, stderr } = await runCommand(...starter(withKey, 'status', id));
  expect(exitCode).toBe(3);
  expect(stderr).toContain('encrypted with the key "2025", and here is only "2026"');
});

it.each(['"', 'å', '鯨', '🐋'])(
  'a summary of the longest inputs, under the longest key id, keeps to Temporal’s limit: %s',
  async (character) => {
    const env = { CREWAI_PAYLOAD_KEYS: newKey('x'.repeat(32)) };
    const topic = `topic=${character.repeat(500)}`;
    const { exitCode } = await runCommand(...starter(env, 'start', '--id', id, '--input', topic));
    expect(exitCode).toBe(0);
    const { events } = await historyOf();
    const summary = events?.[0]?.userMetadata?.summary ?? {};
    const { length } = proto.temporal.api.common.v1.Payload.encode(summary).finish();
    expect(length).toBeGreaterThan(200);
    expect(length).toBeLessThanOrEqual(400);
    expect((await runCommand(...starter(env, 'cancel', id))).exitCode).toBe(0);
  },
);
