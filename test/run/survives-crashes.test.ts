import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Child } from '../../dev-server/child-process.js';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { CrewRunInput, CrewRunOutput, CrewRunProgress } from '../../src/contract.js';
import { DEFAULT_TASK_QUEUE, WORKFLOW_TYPE } from '../../src/contract.js';
import type { SimulatedAmp } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import { eventually } from '../support/crew-harness.js';
import { startWorkerProcess } from '../support/worker-process.js';

const RUNS = 20;
/** Each third kickoff is answered this long after it was accepted: time to be killed in. */
const SLOW_KICKOFF_MS = 5_000;

let folder: string;
let server: TemporalDevServer;
let amp: SimulatedAmp;
let worker: Child;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
  server = await startTemporalDevServer({
    dbFile: join(folder, 'temporal.db'),
    dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
  });
  amp = await startSimulatedAmp({
    dialect: 'live',
    scenario: ({ inputs, n }) => ({
      tasks: Array.from({ length: 3 }, (_, i) => ({ name: `task ${i}`, durationMs: 1_500 })),
      output: `About ${String(inputs['topic'])}`,
      ...(n % 3 === 0 ? { kickoff: { answerAfterMs: SLOW_KICKOFF_MS } } : {}),
    }),
  });
});
afterAll(async () => {
  await worker.kill();
  await amp.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const startWorker = async () => {
  worker = await startWorkerProcess({
    address: server.address,
    ampUrl: amp.url,
    ampToken: amp.token,
    quickKickoffs: { folder, timeout: '6s' },
  });
};

/** A slow kickoff is under way, while others of the same wave are polled for already. */
async function midWave(): Promise<void> {
  const { polls } = amp.ledger;
  const before = polls.length;
  await amp.ledger.until((ledger) => {
    const underWay = ledger.kickoffs.filter(
      ({ at, scenario }) =>
        scenario.kickoff !== undefined && Date.now() < Date.parse(at) + SLOW_KICKOFF_MS - 200,
    );
    return underWay.length > 0 && ledger.polls.length >= before + RUNS / 4;
  });
}

it('loses no run and doubles none when workers are killed and the server restarts', async () => {
  await startWorker();
  const client = new Client({
    connection: await Connection.connect({ address: server.address }),
  });
  const ids = Array.from({ length: RUNS }, (_, i) => `run-${i}`);
  const start = (workflowId: string) =>
    client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
      workflowId,
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [
        { inputs: { topic: workflowId }, polling: { initialInterval: 200, maximumInterval: 500 } },
      ],
    });

  const kills: number[] = [];
  const killWorker = async () => {
    await worker.kill();
    kills.push(Date.now());
    await startWorker();
  };

  // Half of the runs, and a kill within a slow kickoff; the other half, a restart, and kills again.
  await Promise.all(ids.slice(0, RUNS / 2).map(start));
  await midWave();
  await killWorker();
  await Promise.all(ids.slice(RUNS / 2).map(start));
  await midWave();
  await server.kill();
  await killWorker();
  await server.restart();
  await worker.waitForLine(/Ready/);
  await killWorker();
  await worker.waitForLine(/Ready/);
  await killWorker();

  const adopted: string[] = [];
  const retried: string[] = [];
  const settle = async (workflowId: string): Promise<CrewRunOutput> => {
    const handle = client.workflow.getHandle<() => Promise<CrewRunOutput>>(workflowId);
    const { phase } = await eventually(
      () => handle.query<CrewRunProgress>('progress'),
      (progress) => ['kickoffUnknown', 'done'].includes(progress.phase),
    );
    if (phase === 'kickoffUnknown') {
      const [accepted] = amp.ledger.kickoffsOfWorkflow(workflowId);
      if (accepted === undefined) {
        retried.push(workflowId);
        await handle.executeUpdate('retryKickoff', { args: [{}] });
      } else {
        const { kickoffId } = accepted;
        adopted.push(workflowId);
        await handle.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
      }
    }
    return handle.result();
  };
  const outputs = await Promise.all(ids.map(settle));

  for (const [i, workflowId] of ids.entries()) {
    const accepted = amp.ledger.kickoffsOfWorkflow(workflowId);
    expect(accepted.map(({ kickoffId }) => kickoffId)).toEqual([outputs[i]?.kickoffId]);
    expect(outputs[i]).toMatchObject({ status: 'completed', output: `About ${workflowId}` });
  }
  // Only a run whose kickoff was under way when its worker died needed a person.
  expect(adopted.length).toBeGreaterThan(0);
  for (const workflowId of adopted) {
    const at = Date.parse(amp.ledger.kickoffsOfWorkflow(workflowId)[0]?.at ?? '');
    expect(
      kills.some((kill) => at <= kill && kill <= at + SLOW_KICKOFF_MS + 1_000),
      `${workflowId} was accepted at ${at}, kills at ${kills.join()}`,
    ).toBe(true);
  }
  // What was killed between taking the task and sending the request: a moment, so a few at most.
  expect(retried.length).toBeLessThan(RUNS / 2);
}, 240_000);
