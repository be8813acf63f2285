import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import type { Child } from '../../dev-server/child-process.js';
import type { CrewRunInput, CrewRunOutput } from '../../src/contract.js';
import { WORKFLOW_TYPE } from '../../src/contract.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { startWorkerProcess } from '../support/worker-process.js';
import type { Stage } from './stage.js';
import { createFaultPlans } from './stage.js';
import { openTemporalDoor } from './temporal-door.js';

/**
 * How long the API has to answer a kickoff here: time for every run of the stage to get to where the
 * worker dies. Its attempt has 15 s more, as always.
 */
const KICKOFF_TIMEOUT = '8s';

/** A stage whose worker is a process of its own. */
export interface WorkerStage extends Stage {
  /** The one that was started last. */
  readonly worker: Child;
  startAnotherWorker(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorkerStage(): Promise<WorkerStage> {
  const address = inject('temporalAddress');
  const folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
  const taskQueue = `crewai-${randomUUID()}`;
  const plans = createFaultPlans();
  const door = await openTemporalDoor(address);
  const amp = await startSimulatedAmp({ scenario: plans.scenario });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const workers: Child[] = [];
  const runs: CrewRunHandle[] = [];
  const startWorker = async () => {
    const started = await startWorkerProcess({
      ...{ address: door.address, taskQueue, ampUrl: amp.url, ampToken: amp.token },
      quickKickoffs: { folder, timeout: KICKOFF_TIMEOUT },
    });
    workers.push(started);
    await started.waitForLine(/Ready/);
    return started;
  };
  let worker = await startWorker();
  return {
    amp,
    client,
    door,
    meanwhile: [],
    get worker() {
      return worker;
    },
    async startAnotherWorker() {
      worker = await startWorker();
    },
    async start(run = {}) {
      const handle = await client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(
        WORKFLOW_TYPE,
        {
          workflowId: `run-${randomUUID()}`,
          taskQueue,
          ...run.options,
          args: [plans.toInput(run)],
        },
      );
      runs.push(handle);
      return handle;
    },
    runs,
    async close() {
      await Promise.all(workers.map((started) => started.kill()));
      await connection.close();
      await amp.stop();
      await door.close();
      await rm(folder, { recursive: true });
    },
  };
}
