import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Child } from '../../dev-server/child-process.js';
import { startNode } from '../../dev-server/child-process.js';

const workerFile = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));

export interface WorkerProcessOptions {
  address: string;
  ampUrl: string;
  ampToken: string;
  taskQueue?: string;
  /** Folder for a crews file, where the crew's API may take only this long to answer a kickoff. */
  quickKickoffs?: { folder: string; timeout: string };
  logFile?: string;
  /** Further variables, such as payload keys. */
  env?: NodeJS.ProcessEnv;
}

/** `node dist/worker.js`, serving the simulated AMP as its crew `default`. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<Child> {
  const worker = await startNode([workerFile], {
    env: {
      ...withoutConfiguration(process.env),
      ...(await toEnvironment(options)),
      ...options.env,
    },
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  return worker;
}

async function toEnvironment(options: WorkerProcessOptions): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = {
    TEMPORAL_ADDRESS: options.address,
    CREWAI_AMP_TOKEN: options.ampToken,
    ...(options.taskQueue === undefined ? {} : { TEMPORAL_TASK_QUEUE: options.taskQueue }),
  };
  if (options.quickKickoffs === undefined) return { ...env, CREWAI_AMP_URL: options.ampUrl };
  const file = join(options.quickKickoffs.folder, 'crews.toml');
  await writeFile(
    file,
    `[crews.default]\nurl = "${options.ampUrl}"\ntoken = { env = "TEST_CREW_TOKEN" }\n` +
      `kickoff_timeout = "${options.quickKickoffs.timeout}"\n`,
  );
  const { CREWAI_AMP_TOKEN: token, ...others } = env;
  return { ...others, TEST_CREW_TOKEN: token, CREWAI_CREWS_FILE: file };
}

/** A developer's own settings must not change what a test does. */
export function withoutConfiguration(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(TEMPORAL|CREWAI)_/.test(name)),
  );
}
