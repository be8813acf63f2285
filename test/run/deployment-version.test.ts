import type { WorkflowStartOptions } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Child } from '../../dev-server/child-process.js';
import {
  startTemporalDevServer,
  type TemporalDevServer,
} from '../../dev-server/temporal-dev-server.js';
import type { CrewRunInput, CrewRunOutput } from '../../src/contract.js';
import { DEFAULT_TASK_QUEUE, WORKFLOW_TYPE } from '../../src/contract.js';
import { startSimulatedAmp, type SimulatedAmp } from '../../src/testing/index.js';
import { eventually, quickPolling, type CrewRunHandle } from '../support/crew-harness.js';
import { startWorkerProcess } from '../support/worker-process.js';

const deploymentName = 'crews';
const UNVERSIONED = '';

let server: TemporalDevServer;
let client: Client;
let amp: SimulatedAmp;
const workers: Child[] = [];

beforeAll(async () => {
  server = await startTemporalDevServer({
    dynamicConfig: {
      'history.timerProcessorMaxTimeShift': '"1ms"',
      // A new run of the chain after a second or two: it must stay where the one before it was.
      'limit.historyCount.suggestContinueAsNew': '60',
    },
  });
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
  amp = await startSimulatedAmp({ faults: { status: { word: 'RUNNING' } } });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await client.connection.close();
  await amp.stop();
  await server.stop();
});

async function startWorker(buildId: string): Promise<void> {
  const worker = await startWorkerProcess({
    address: server.address,
    ampUrl: amp.url,
    ampToken: amp.token,
    env:
      buildId === UNVERSIONED
        ? {}
        : { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId },
  });
  workers.push(worker);
  await worker.waitForLine(/Ready/);
  if (buildId !== UNVERSIONED) {
    expect(worker.lines.join('\n')).toContain(`Deployment "crews", build "${buildId}"`);
  }
}

/** As `temporal worker deployment set-current-version` does; the server may not know the build yet. */
async function setCurrentVersion(buildId: string): Promise<void> {
  const set = async () => {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: 'default',
      deploymentName,
      buildId,
      identity: 'test',
    });
    return true;
  };
  await eventually(
    () => set().catch(() => false),
    (done) => done,
  );
}

async function startRun(workflowId: string, options: Partial<WorkflowStartOptions> = {}) {
  return client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
    workflowId,
    taskQueue: DEFAULT_TASK_QUEUE,
    ...options,
    args: [{ inputs: {}, polling: quickPolling }],
  });
}

/** The builds that did the run's work, one after the other, of each run of its chain. */
async function buildsOf({ workflowId }: CrewRunHandle): Promise<string[][]> {
  const chain: string[][] = [];
  let runId: string | null | undefined;
  do {
    const { events } = await client.workflow
      .getHandle(workflowId, runId ?? undefined)
      .fetchHistory();
    const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
      task ? [task.deploymentVersion?.buildId ?? UNVERSIONED] : [],
    );
    chain.unshift(builds.filter((build, index) => build !== builds[index - 1]));
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  } while (runId);
  return chain;
}

it('a run moves to the version that becomes current; one that is pinned stays where it is', async () => {
  await startWorker(UNVERSIONED);
  await startWorker('1');
  const run = await startRun('moves');
  const workedBy = (handle: CrewRunHandle, buildId: string) =>
    eventually(
      () => buildsOf(handle),
      (chain) => chain.length > 1 && chain.at(-1)?.at(-1) === buildId,
    );
  await workedBy(run, UNVERSIONED);

  await setCurrentVersion('1');
  const pinned = await startRun('pinned', {
    versioningOverride: { pinnedTo: { deploymentName, buildId: '1' } },
  });
  await workedBy(run, '1');

  await startWorker('2');
  await setCurrentVersion('2');
  await workedBy(run, '2');
  await workedBy(pinned, '1');

  amp.faults = {};
  for (const handle of [run, pinned]) {
    const { kickoffId, status } = await handle.result();
    expect(status).toBe('completed');
    const kickoffs = amp.ledger.kickoffsOfWorkflow(handle.workflowId);
    expect(kickoffs.map((kickoff) => kickoff.kickoffId)).toEqual([kickoffId]);
  }
  const moved = (await buildsOf(run)).flat();
  expect(moved.filter((build, index) => build !== moved[index - 1])).toEqual([
    UNVERSIONED,
    '1',
    '2',
  ]);
  expect(new Set((await buildsOf(pinned)).flat())).toEqual(new Set(['1']));
});
