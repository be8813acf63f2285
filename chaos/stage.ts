import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { startNode, type Child } from '../dev-server/child-process.js';
import { findFreePorts } from '../dev-server/free-ports.js';
import { startTemporalDevServer } from '../dev-server/temporal-dev-server.js';
import { DIALECTS } from '../src/testing/index.js';
import { AMP_READY, type AmpOptions } from './amp-files.js';
import type { Victim } from './blows.js';
import { KICKOFF_TIMEOUT_MS, type Target } from './plan.js';

const AMP = fileURLToPath(new URL('amp.ts', import.meta.url));
/** What the simulated AMP accepts unless it is told otherwise. */
const TOKEN = 'simulated-token';
/** As a supervisor would: not at once, since what ends at once would then do so without a pause. */
const RESTART_MS = 1_000;

/** All that is struck, and the client of those who look on. */
export interface Stage {
  client: Client;
  victims: Record<Target, Victim>;
  /** How often a worker has ended by itself. It was started again, as any supervisor would. */
  ownExits(): number;
  stop(): Promise<void>;
}

export interface StageOptions {
  /** Whatever is written is written there. */
  folder: string;
  /** `dist/worker.js` of the build that is tried. */
  worker: string;
  seed: number;
}

export async function createStage({ folder, worker, seed }: StageOptions): Promise<Stage> {
  const server = await startTemporalDevServer({
    dbFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    dynamicConfig: {
      // Timers under a second take about one otherwise.
      'history.timerProcessorMaxTimeShift': '"1ms"',
      // A single shard looks for timers that are due 20 times a second: some hundred runs need more.
      'history.timerProcessorMaxPollRPS': '1000',
      'history.timerProcessorMaxPollHostRPS': '1000',
    },
  });
  const [documented = 0, live = 0] = await findFreePorts([undefined, undefined]);
  const ports = { documented, live };
  const env = await configureWorkers(folder, server.address, ports);

  let life = 0;
  const api = await createVictim(async () => {
    const options: AmpOptions = { folder, seed, life, ports };
    life += 1;
    const child = await startNode(['--import', 'tsx', AMP, JSON.stringify(options)], {
      logFile: join(folder, 'amp.log'),
    });
    await child.waitForLine(new RegExp(AMP_READY));
    return child;
  });
  // Not until it is ready: one that starts while the server is away waits for it.
  const createWorker = (name: string) =>
    createVictim(() => startNode([worker], { env, logFile: join(folder, `${name}.log`) }));
  const workers = [await createWorker('worker-1'), await createWorker('worker-2')] as const;

  const connection = await Connection.connect({ address: server.address });
  return {
    client: new Client({ connection }),
    victims: {
      'worker 1': workers[0].victim,
      'worker 2': workers[1].victim,
      server: {
        get pid() {
          return server.pid;
        },
        kill: () => server.kill(),
        start: () => server.restart(),
        signal: (signal) => process.kill(server.pid, signal),
      },
      api: api.victim,
    },
    ownExits: () => api.ownExits() + workers[0].ownExits() + workers[1].ownExits(),
    stop: async () => {
      await connection.close();
      await Promise.all([...workers, api].map((each) => each.stop()));
      await server.stop();
    },
  };
}

/** Both crews, told apart by the dialect that their API speaks. Nothing else of this machine's. */
async function configureWorkers(
  folder: string,
  address: string,
  ports: AmpOptions['ports'],
): Promise<NodeJS.ProcessEnv> {
  const crewsFile = join(folder, 'crews.toml');
  const crews = DIALECTS.map(
    (dialect) =>
      `[crews.${dialect}]\nurl = "http://127.0.0.1:${ports[dialect]}"\n` +
      `token = { env = "CHAOS_TOKEN" }\nkickoff_timeout = ${KICKOFF_TIMEOUT_MS}\n`,
  );
  await writeFile(crewsFile, crews.join('\n'));
  return {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: address,
    CREWAI_CREWS_FILE: crewsFile,
    CHAOS_TOKEN: TOKEN,
  };
}

interface Process {
  victim: Victim;
  ownExits(): number;
  stop(): Promise<unknown>;
}

/** A process that is there but for the blows. */
async function createVictim(launch: () => Promise<Child>): Promise<Process> {
  let child: Child;
  let isStruck = false;
  let ownExits = 0;
  const start = async (): Promise<void> => {
    isStruck = false;
    child = await launch();
    const { pid } = child;
    void child.exited.then(async () => {
      if (isStruck || child.pid !== pid) return;
      ownExits += 1;
      await delay(RESTART_MS);
      // It may have been told to stop meanwhile.
      if (!isStruck) await start();
    });
  };
  await start();
  const kill = () => {
    isStruck = true;
    return child.kill();
  };
  return {
    victim: {
      get pid() {
        return child.pid;
      },
      kill: async () => {
        await kill();
      },
      start,
      signal: (signal) => {
        child.signal(signal);
      },
    },
    ownExits: () => ownExits,
    stop: kill,
  };
}
