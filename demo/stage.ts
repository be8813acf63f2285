import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode, type Child } from '../dev-server/child-process.js';
import type { TemporalServer } from '../dev-server/temporal-dev-server.js';
import { useTemporalServer } from '../dev-server/use-temporal-server.js';
import { DEFAULT_TASK_QUEUE, SEARCH_ATTRIBUTES } from '../src/contract.js';
import { startSimulatedAmp, type ScenarioChoice, type SimulatedAmp } from '../src/testing/index.js';

const TOKEN = 'simulated-token';
// Built: a worker is what `npm run worker` runs, and npm would keep the signals to itself.
const workerFile = fileURLToPath(new URL('../dist/worker.js', import.meta.url));

/** A worker gets this long to end what is under way: one status request. Kickoffs here are quick. */
const WORKER_GRACE_MS = 5_000;

/** All that a run needs on one machine: a Temporal server, a crew's API, and workers. */
export interface Stage {
  readonly server: TemporalServer;
  /** Whether the server was started here, rather than named by `TEMPORAL_ADDRESS`. */
  readonly ownServer: boolean;
  readonly amp: SimulatedAmp;
  readonly taskQueue: string;
  /** Environment of the workers, and of whoever else is to find this server. */
  readonly env: Readonly<Record<string, string>>;
  /** A worker process of its own. Resolves when it serves the task queue. */
  startWorker(): Promise<Child>;
}

export interface StageOptions {
  /** Where the state is kept, and the logs. */
  folder: string;
  scenario: ScenarioChoice;
  /** Whatever was started, to be stopped in reverse order; also after a failure half-way. */
  stops: (() => Promise<unknown>)[];
}

/** Starts the server and the simulated AMP. `TEMPORAL_ADDRESS`, if set, names the server to use. */
export async function setStage({ folder, scenario, stops }: StageOptions): Promise<Stage> {
  mkdirSync(folder, { recursive: true });
  const server = await useTemporalServer({
    // Where everybody looks for them, if they are free.
    port: 7233,
    uiPort: 8233,
    dbFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: Object.fromEntries(
      Object.values(SEARCH_ATTRIBUTES).map((name) => [name, 'Keyword' as const]),
    ),
  });
  stops.push(() => server.stop());
  // Like the server it remembers its runs, so that those which Ctrl-C left half done go on as well.
  const amp = await startSimulatedAmp({
    scenario,
    token: TOKEN,
    ledgerFile: join(folder, 'simulated-amp.jsonl'),
  });
  stops.push(() => amp.stop());

  const ownServer = process.env['TEMPORAL_ADDRESS'] === undefined;
  // On a server that others use, their workers must not take this run, nor this worker theirs.
  const taskQueue = ownServer
    ? DEFAULT_TASK_QUEUE
    : `crewai-demo-${randomBytes(4).toString('hex')}`;
  const env = {
    ...environmentWithout(ownServer ? /^(CREWAI|TEMPORAL)_/ : /^CREWAI_/),
    ...(ownServer ? toOwnServer(server, folder) : {}),
    TEMPORAL_TASK_QUEUE: taskQueue,
    CREWAI_AMP_URL: amp.url,
    CREWAI_AMP_TOKEN: TOKEN,
  };
  return {
    server,
    ownServer,
    amp,
    taskQueue,
    env,
    startWorker: async () => {
      const logFile = join(folder, 'worker.log');
      const worker = await startNode([workerFile], { env, logFile });
      stops.push(() => worker.stop(WORKER_GRACE_MS));
      await worker.waitForLine(/ Ready: /);
      return worker;
    },
  };
}

/** Variables of another server or crew say nothing about these. */
function environmentWithout(names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || names.test(name) ? [] : [[name, value]],
    ),
  );
}

function toOwnServer(server: TemporalServer, folder: string): Record<string, string> {
  // Without it, a profile in the user's own temporal.toml would bring its TLS and API key along.
  const configFile = join(folder, 'temporal.toml');
  writeFileSync(configFile, '# Nothing: no TLS, no API key.\n[profile.default]\n');
  return {
    TEMPORAL_CONFIG_FILE: configFile,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    ...(server.uiUrl !== undefined && { TEMPORAL_UI_URL: server.uiUrl }),
  };
}
