import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  DEFAULT_TASK_QUEUE,
  WORKFLOW_TYPE,
  type CrewRunInput,
  type CrewRunOutput,
} from '../src/contract.js';
import type { Plan, PlannedRun } from './plan.js';

/** Polls that keep a run of seconds busy. The times it may take are far beyond what is tried here. */
const POLLING = { initialInterval: 300, maximumInterval: 2_000 } as const;
const RUN_TIMES = { timeout: '2h', adoptionWindow: '2h' } as const;
/** One call; a server that is away gives no answer. */
const CALL_MS = 10_000;
const RETRY_MS = 500;
/** Longer than the server is away, and than a busy machine takes to start it again. */
const GIVE_UP_MS = 120_000;

/**
 * Starts each run at its time, again and again while the server is away.
 *
 * @throws Error when one cannot be started for two minutes
 */
export async function startRuns(client: Client, plan: Plan): Promise<void> {
  const startedAt = performance.now();
  await Promise.all(
    plan.runs.map(async (run) => {
      await delay(Math.max(0, startedAt + run.atMs - performance.now()));
      await startRun(client, run);
    }),
  );
}

async function startRun(client: Client, run: PlannedRun): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      await client.withDeadline(Date.now() + CALL_MS, () => requestStart(client, run));
      return;
    } catch (cause) {
      if (cause instanceof WorkflowExecutionAlreadyStartedError) return;
      if (performance.now() > giveUpAt) {
        throw new Error(`${run.workflowId} cannot be started`, { cause });
      }
      await delay(RETRY_MS);
    }
  }
}

function requestStart(client: Client, run: PlannedRun) {
  return client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
    workflowId: run.workflowId,
    taskQueue: DEFAULT_TASK_QUEUE,
    // A start whose answer was lost is said again: it must not become another run.
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [
      {
        inputs: run.inputs,
        crew: run.dialect,
        onCrewError: run.onCrewError,
        polling: POLLING,
        ...RUN_TIMES,
      },
    ],
  });
}
