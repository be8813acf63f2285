import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type {
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowStartOptions,
} from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import type { CrewRunInput, CrewRunOutput, CrewRunProgress } from '../../src/contract.js';
import { ASK_AGAIN, WORKFLOW_TYPE } from '../../src/contract.js';
import type { Crew } from '../../src/crews.js';
import { NO_PRIVATE_KEYS, type PrivateKeys } from '../../src/sealing/private-keys.js';
import type { SimulatedAmp, SimulatedAmpOptions } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';

const bundle = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

export type CrewRunHandle = WorkflowHandleWithFirstExecutionRunId<
  (input: CrewRunInput) => Promise<CrewRunOutput>
>;

/** Waits between polls that a test can afford. */
export const quickPolling = { initialInterval: 20, maximumInterval: 100 } as const;

export interface CrewHarness {
  amp: SimulatedAmp;
  client: Client;
  /** The one that runs now: `replaceWorker` changes it. */
  readonly worker: Worker;
  taskQueue: string;
  /** The crew `default`, for tests that change it while a worker uses it. */
  crew: Crew;
  /** All crews that the worker knows, by name: more can be added. */
  crews: Map<string, Crew>;
  start(input: unknown, options?: Partial<WorkflowStartOptions>): Promise<CrewRunHandle>;
  run(input: unknown): Promise<CrewRunOutput>;
  /** Shuts the worker down, without a grace time, and starts another one. */
  replaceWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface CrewHarnessOptions {
  amp?: Partial<SimulatedAmpOptions>;
  crew?: Partial<Crew>;
  /** What the worker opens sealed tokens with. Default none. */
  privateKeys?: PrivateKeys;
  /** Default: the server that all test files share. */
  address?: string;
  /** Where the worker finds that server, when not there: at a door before it, say. */
  workerAddress?: string;
  /** Default: one of its own. */
  taskQueue?: string;
  worker?: Pick<WorkerOptions, 'maxCachedWorkflows' | 'enableNonLocalActivities' | 'dataConverter'>;
}

let quiet = false;

/** Of what this process's workers say only errors are heard: trouble is brought about on purpose. */
export function quietenWorkers(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    // The native part's warnings as well.
    telemetryOptions: { logging: { forward: {} } },
  });
}

/** A simulated AMP, a worker that serves it as the crew `default`, and a client: all real. */
export async function startCrewHarness(options: CrewHarnessOptions = {}): Promise<CrewHarness> {
  quietenWorkers();
  const address = options.address ?? inject('temporalAddress');
  const amp = await startSimulatedAmp({ dialect: 'live', token: 'crew-token', ...options.amp });
  const crew: Crew = {
    name: 'default',
    url: amp.url,
    kickoffTimeoutMs: 2_000,
    token: () => Promise.resolve('crew-token'),
    ...options.crew,
  };
  const crews = new Map([['default', crew]]);
  const taskQueue = options.taskQueue ?? `crewai-${randomUUID()}`;
  const activities = createActivities({
    crews,
    privateKeys: options.privateKeys ?? NO_PRIVATE_KEYS,
  });
  const native = await NativeConnection.connect({ address: options.workerAddress ?? address });
  const startWorker = async () => {
    const instance = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: bundle },
      activities: activities.activities,
      ...options.worker,
    });
    const running = instance.run();
    const stop = async () => {
      instance.shutdown();
      await running;
    };
    return { instance, stop };
  };
  let worker = await startWorker();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });

  const start = (input: unknown, startOptions: Partial<WorkflowStartOptions> = {}) =>
    client.workflow.start<(input: CrewRunInput) => Promise<CrewRunOutput>>(WORKFLOW_TYPE, {
      workflowId: `run-${randomUUID()}`,
      taskQueue,
      ...startOptions,
      // Tests send what the type would not allow, too.
      args: [input as CrewRunInput],
    });

  return {
    amp,
    client,
    get worker() {
      return worker.instance;
    },
    taskQueue,
    crew,
    crews,
    start,
    run: async (input) => (await start(input)).result(),
    async replaceWorker() {
      await worker.stop();
      worker = await startWorker();
    },
    async stop() {
      await worker.stop();
      await activities.close();
      await native.close();
      await connection.close();
      await amp.stop();
    },
  };
}

/** Asks again and again until the answer fits; the test's own timeout bounds it. */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      if (fits(answer)) return answer;
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(ASK_AGAIN))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function progressOf(handle: CrewRunHandle): Promise<CrewRunProgress> {
  return eventually(
    () => handle.query<CrewRunProgress>('progress'),
    () => true,
  );
}

export async function progressUntil(
  handle: CrewRunHandle,
  fits: (progress: CrewRunProgress) => boolean,
): Promise<CrewRunProgress> {
  return eventually(() => progressOf(handle), fits);
}
