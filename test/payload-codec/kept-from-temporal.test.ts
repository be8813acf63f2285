import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type Child } from '../../dev-server/child-process.js';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import {
  DEFAULT_TASK_QUEUE,
  WORKFLOW_TYPE,
  type CrewRunOutput,
  type CrewRunProgress,
} from '../../src/contract.js';
import { createDataConverter, loadPayloadKeys } from '../../src/payload-codec.js';
import { startSimulatedAmp, type SimulatedAmp } from '../../src/testing/index.js';
import { eventually, quickPolling } from '../support/crew-harness.js';
import { readDatabase } from '../support/read-database.js';
import { startWorkerProcess, withoutConfiguration } from '../support/worker-process.js';

/** Each stands where nothing else in these tests says it. */
const MARKS = {
  input: 'mark-of-the-input',
  meta: 'mark-of-the-meta',
  task: 'mark-of-the-task',
  output: 'mark-of-the-output',
  crewError: 'mark-of-the-crew-error',
  apiError: 'mark-of-the-api-error',
  rejection: 'mark-of-the-rejection',
  event: 'mark-of-the-event',
} as const;

const starterFile = fileURLToPath(new URL('../../dist/starter.js', import.meta.url));
const bundle = (name: string) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
const { History } = proto.temporal.api.history.v1;
const { QueryWorkflowResponse, DescribeWorkflowExecutionResponse } =
  proto.temporal.api.workflowservice.v1;

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

describe.each([
  {
    title: 'with payload keys, nothing of a run is found in what Temporal has',
    payloads: { CREWAI_PAYLOAD_KEYS: `2026-11:${randomBytes(32).toString('base64')}` },
  },
  { title: 'without them, the same search finds all of it', payloads: {} },
])('$title', ({ payloads }) => {
  const encrypted = Object.keys(payloads).length > 0;
  let folder: string;
  let server: TemporalDevServer;
  let amp: SimulatedAmp;
  let worker: Child;
  let connection: Connection;
  let client: Client;
  /** All that the server said or stored of the runs, by where it was found. */
  const found: Record<string, Buffer> = {};
  const kickoffIds: string[] = [];

  const start = (workflowId: string, input: object) =>
    client.workflow.start<(input: unknown) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
      workflowId,
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ polling: quickPolling, ...input }],
    });
  const progressOf = (handle: WorkflowHandle) =>
    eventually(
      () => handle.query<CrewRunProgress>('progress'),
      () => true,
    );
  const keepHistory = async (name: string, handle: WorkflowHandle) => {
    found[name] = Buffer.from(History.encode(await handle.fetchHistory()).finish());
  };
  const keepQuery = async (name: string, { workflowId }: WorkflowHandle, queryType: string) => {
    const query = { namespace: 'default', execution: { workflowId }, query: { queryType } };
    const answer = await eventually(
      () => connection.workflowService.queryWorkflow(query),
      () => true,
    );
    found[name] = Buffer.from(QueryWorkflowResponse.encode(answer).finish());
  };
  const keepDescription = async (name: string, { workflowId }: WorkflowHandle) => {
    const description = await connection.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId },
    });
    found[name] = Buffer.from(DescribeWorkflowExecutionResponse.encode(description).finish());
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kept-from-temporal-'));
    server = await startTemporalDevServer({
      dbFile: join(folder, 'temporal.db'),
      dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
    });
    const down = new Set<string>();
    amp = await startSimulatedAmp({
      scenario: ({ inputs }) => {
        const tasks = [
          { name: MARKS.task, output: MARKS.output, durationMs: inputs['slow'] ? 3_600_000 : 1 },
        ];
        if (inputs['rejected']) {
          return { kickoff: { fault: { status: 422, body: { error: MARKS.rejection } } } };
        }
        if (inputs['unknown'])
          return { tasks, kickoff: { fault: { reset: true, accepted: true } } };
        return inputs['fails']
          ? { tasks, outcome: 'error', error: MARKS.crewError }
          : { tasks, outputJson: { said: MARKS.output } };
      },
      faults: {
        status: ({ kickoffId }) =>
          down.has(kickoffId ?? '') ? { status: 500, body: { error: MARKS.apiError } } : null,
      },
    });
    worker = await startWorkerProcess({
      address: server.address,
      ampUrl: amp.url,
      ampToken: amp.token,
      env: payloads,
    });
    await worker.waitForLine(/Ready/);
    connection = await Connection.connect({ address: server.address });
    client = new Client({
      connection,
      dataConverter: createDataConverter(loadPayloadKeys(payloads)),
    });

    const starter = await startNode(
      [starterFile, 'run', '--id', 'completes', '--json']
        .concat(['--input', `topic=${MARKS.input}`])
        .concat(['--meta', `ticket=${MARKS.meta}`]),
      {
        env: {
          ...withoutConfiguration(process.env),
          TEMPORAL_ADDRESS: server.address,
          ...payloads,
        },
      },
    );
    expect(await starter.exited).toEqual({ code: 0, signal: null });
    expect(starter.stdout.join('\n')).toContain(MARKS.output);
    await keepHistory('history of a run that completes', client.workflow.getHandle('completes'));
    await keepDescription('description of it', client.workflow.getHandle('completes'));

    const failing = await start('fails', { inputs: { fails: true }, onCrewError: 'fail' });
    await expect(failing.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining(MARKS.crewError) as string },
    });
    await keepHistory('history of a run that fails', failing);

    const rejected = await start('rejected', { inputs: { rejected: true } });
    await expect(rejected.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining(MARKS.rejection) as string },
    });
    await keepHistory('history of a kickoff that is rejected', rejected);

    const unknown = await start('unknown', { inputs: { unknown: true } });
    await eventually(
      () => progressOf(unknown),
      ({ phase }) => phase === 'kickoffUnknown',
    );
    await expect(
      unknown.executeUpdate('adoptKickoff', { args: [{ nonsense: 1 }] }),
    ).rejects.toMatchObject({
      cause: { message: expect.stringContaining('nonsense') as string },
    });
    const [{ kickoffId = '' } = {}] = amp.ledger.kickoffsOfWorkflow('unknown');
    await unknown.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    await unknown.result();
    await keepHistory('history of a kickoff that is adopted', unknown);

    const slow = await start('slow', { inputs: { slow: true } });
    await slow.signal('crewEvent', { type: MARKS.event });
    await eventually(
      () => progressOf(slow),
      ({ currentTask }) => currentTask === MARKS.task,
    );
    await keepQuery('answer to the query progress', slow, 'progress');
    down.add((await progressOf(slow)).kickoffId ?? '');
    await eventually(
      () => slow.describe(),
      ({ raw }) => (raw.pendingActivities?.[0]?.attempt ?? 0) >= 2,
    );
    await keepDescription('description of a run whose API is down', slow);
    await eventually(
      () => progressOf(slow),
      ({ lastError }) => lastError !== null,
    );
    await keepQuery('current details', slow, '__temporal_workflow_metadata');
    await keepHistory('history of a run whose API is down', slow);

    Object.assign(found, await readDatabase(folder));
    kickoffIds.push(...amp.ledger.kickoffs.map((kickoff) => kickoff.kickoffId));
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await connection.close();
    await amp.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const placesOf = (mark: string) =>
    Object.entries(found)
      .filter(([, bytes]) => bytes.includes(mark))
      .map(([place]) => place);

  it.each(Object.entries(MARKS))('%s: "%s"', (_, mark) => {
    if (encrypted) expect(placesOf(mark)).toEqual([]);
    else
      expect(placesOf(mark)).toContainEqual(expect.stringMatching(/history|answer|details|desc/));
  });

  it('kickoffIds', () => {
    expect(kickoffIds).toHaveLength(4);
    for (const kickoffId of kickoffIds) {
      if (encrypted) expect(placesOf(kickoffId)).toEqual([]);
      else expect(placesOf(kickoffId)).toContainEqual(expect.stringMatching(/history|answer/));
    }
  });

  it('in each place: histories, descriptions, answers, the database', () => {
    const all = [...Object.values(MARKS), ...kickoffIds];
    for (const place of Object.keys(found).filter((place) => !/\.db-|\.log/.test(place))) {
      const marks = all.filter((mark) => placesOf(mark).includes(place));
      if (encrypted) expect([place, marks]).toEqual([place, []]);
      else expect([place, marks]).not.toEqual([place, []]);
    }
  });

  it('and what stays readable is what the documentation says', () => {
    // Type, task queue, ids, and the type of a failure.
    for (const readable of [
      WORKFLOW_TYPE,
      DEFAULT_TASK_QUEUE,
      'getStatus',
      'crewEvent',
      'adoptKickoff',
      'CrewAI.CrewExecutionFailed',
      'CrewAI.KickoffRejected',
    ]) {
      expect(placesOf(readable), readable).not.toEqual([]);
    }
  });

  it('the history replays', async () => {
    const history = await client.workflow.getHandle('completes').fetchHistory();
    await Worker.runReplayHistory(
      {
        workflowBundle: {
          codePath: bundle(
            encrypted ? 'workflow-bundle-encoded-failures.js' : 'workflow-bundle.js',
          ),
        },
        dataConverter: createDataConverter(loadPayloadKeys(payloads)),
      },
      history,
      'completes',
    );
  });
});
