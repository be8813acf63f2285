import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { startNode, type Child } from '../dev-server/child-process.js';
import { startTemporalDevServer } from '../dev-server/temporal-dev-server.js';
import { WORKFLOW_TYPE, type CrewRunInput, type CrewRunOutput } from '../src/contract.js';
import type { SimulatedAmp } from '../src/testing/index.js';

export type RunHandle = WorkflowHandle<(input: CrewRunInput) => Promise<CrewRunOutput>>;

/** What the benchmarks share: one Temporal server, and the means to run crews on it. */
export interface Stage {
  client: Client;
  /** A line that says what is going on. */
  progress(line: string): void;
  /** Starts a worker process as a deployment would: `node dist/worker.js`, or `args` in its place. */
  startWorker(
    taskQueue: string,
    crews: SimulatedAmp | { crewsFile: string; env: NodeJS.ProcessEnv },
    args?: readonly string[],
  ): Promise<Child>;
  startRun(taskQueue: string, input: CrewRunInput, workflowType?: string): Promise<RunHandle>;
  stop(): Promise<void>;
}

/** The one folder that benchmarks write to. */
export const CACHE_DIR = fileURLToPath(new URL('../.cache/bench/', import.meta.url));

const WORKER = fileURLToPath(new URL('../dist/worker.js', import.meta.url));

export async function createStage(progress: (line: string) => void): Promise<Stage> {
  const server = await startTemporalDevServer({
    dynamicConfig: {
      // Timers under a second take about one otherwise.
      'history.timerProcessorMaxTimeShift': '"1ms"',
      // A dev server has a single shard, which looks for timers that are due 20 times a second. With
      // some hundred runs that would be what is measured: timers late by 200 ms beside a slow crew, and
      // 40 or 160 polls a second of the same runs, as their timers happen to fall together or not.
      'history.timerProcessorMaxPollRPS': '1000',
      'history.timerProcessorMaxPollHostRPS': '1000',
    },
  });
  const { address, namespace } = server;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  return {
    client,
    progress,
    startWorker: (taskQueue, crews, args = [WORKER]) => {
      const { crewsFile, env } =
        'url' in crews
          ? { crewsFile: '', env: { CREWAI_AMP_URL: crews.url, CREWAI_AMP_TOKEN: crews.token } }
          : crews;
      return startNode(args, {
        env: {
          ...process.env,
          CREWAI_AMP_URL: '',
          CREWAI_AMP_TOKEN: '',
          ...env,
          CREWAI_CREWS_FILE: crewsFile,
          TEMPORAL_ADDRESS: address,
          TEMPORAL_NAMESPACE: namespace,
          TEMPORAL_TASK_QUEUE: taskQueue,
        },
        logFile: `${CACHE_DIR}worker.log`,
      });
    },
    startRun: (taskQueue, input, workflowType = WORKFLOW_TYPE) =>
      client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(workflowType, {
        taskQueue,
        workflowId: `${taskQueue}-${randomUUID()}`,
        args: [input],
      }),
    stop: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

/** Starts `count` runs from some callers, each of which waits for its answer, as a busy service would. */
export async function startAll<T>(
  count: number,
  start: () => Promise<T>,
  callers = 50,
): Promise<T[]> {
  const started: T[] = [];
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      started.push(await start());
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return started;
}

/** Short runs from start to end, some at a time, as a worker has them behind it after a while. */
export async function finishRuns(stage: Stage, taskQueue: string, count: number): Promise<void> {
  const input = { inputs: {}, polling: { initialInterval: 10 } };
  await startAll(count, async () => (await stage.startRun(taskQueue, input)).result(), 20);
}
