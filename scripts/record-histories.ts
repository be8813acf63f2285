/**
 * Records histories of this version's workflow, for `test/run/replay.test.ts`: whatever a later
 * version does, a worker of it has to be able to go on with the runs of this one.
 *
 * Usage, after `npm run build`: node --import tsx scripts/record-histories.ts [NAME…]
 * Writes test/histories/<version>/<name>.json, and a long one as .json.gz. Those of released versions are never recorded again.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as v from 'valibot';
import { startTemporalDevServer } from '../dev-server/temporal-dev-server.js';
import { createActivities } from '../src/activities/index.js';
import {
  DEFAULT_TASK_QUEUE,
  QUERIES,
  SIGNALS,
  UPDATES,
  WORKFLOW_TYPE,
  type CrewRunInput,
  type CrewRunProgress,
  type Phase,
} from '../src/contract.js';
import { sealToken } from '../src/sealing/seal-token.js';
import {
  startSimulatedAmp,
  type Faults,
  type Scenario,
  type SimulatedAmp,
} from '../src/testing/index.js';
import { createTokenKeys } from '../test/support/token-keys.js';

/** A recorded token opens nothing, since its key is removed; nor for longer than a recording takes. */
const RECORDING_MS = 600_000;
/** More than a person would read: compressed, it takes a fifteenth. */
const LONGEST_PLAIN_BYTES = 100_000;

interface Recording {
  scenario: Scenario;
  faults?: Faults;
  input?: Partial<CrewRunInput>;
  searchAttributes?: Record<string, string[]>;
  /** Events after which the server suggests continue-as-new. Default: the server's own, thousands. */
  suggestContinueAsNewAfter?: number;
  /** The run brings this token along, sealed. */
  ownToken?: string;
  /** What happens to the run while it is under way. */
  meanwhile?: (run: WorkflowHandle, amp: SimulatedAmp, seal: Seal) => Promise<void>;
}

/** Seals a token for the run. */
type Seal = (token: string) => Promise<string>;

/** By file name, which is the workflow id as well. */
const RECORDINGS: Record<string, Recording> = {
  completed: {
    scenario: { polls: 3 },
    searchAttributes: { CrewName: ['default'], CrewStatus: ['pending'], CrewKickoffId: ['-'] },
  },
  // As an hour of waiting leaves it: 1,500 events, and no continue-as-new.
  long: {
    scenario: { polls: 250 },
    input: { polling: { initialInterval: 10, maximumInterval: 10 } },
  },
  'crew-error-returned': { scenario: { polls: 2, outcome: 'error' } },
  'crew-error-failed': { scenario: { polls: 2, outcome: 'error' }, input: { onCrewError: 'fail' } },
  // One read that takes too long for a local activity, two that fail, and fast answers again.
  'slow-phase': {
    scenario: { polls: 4 },
    faults: { status: [null, { hang: true }, { status: 500 }, { status: 503 }] },
  },
  'continued-as-new': { scenario: { polls: 14 }, suggestContinueAsNewAfter: 40 },
  'kickoff-not-acted-on': {
    scenario: { polls: 1 },
    faults: { kickoff: [{ status: 429, headers: { 'retry-after': '1' } }] },
  },
  'kickoff-refused': { scenario: {}, faults: { kickoff: [{ status: 422, body: 'no' }] } },
  'kickoff-unknown-adopted': {
    scenario: { polls: 2 },
    faults: { kickoff: [{ reset: true, accepted: true }] },
    meanwhile: async (run, amp) => {
      const known = run.executeUpdate(UPDATES.waitForKickoff, { args: [{}] });
      await untilPhase(run, 'kickoffUnknown');
      const kickoffId = amp.ledger.kickoffs[0]?.kickoffId;
      await run.executeUpdate(UPDATES.adoptKickoff, { args: [{ kickoffId }] });
      await known;
    },
  },
  'kickoff-unknown-retried': {
    scenario: { polls: 2 },
    faults: { kickoff: [{ reset: true }] },
    meanwhile: async (run) => {
      await untilPhase(run, 'kickoffUnknown');
      await run.executeUpdate(UPDATES.retryKickoff, { args: [{}] });
    },
  },
  'hurried-by-an-event': {
    scenario: { polls: 2 },
    // Longer than the recording takes: without the events there would be no poll.
    input: { polling: { initialInterval: '1h', maximumInterval: '1h' } },
    meanwhile: async (run, amp) => {
      await amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
      await untilPhase(run, 'polling');
      await run.signal(SIGNALS.crewEvent, { type: 'task_completed' });
      await amp.ledger.until(({ polls }) => polls.length === 1);
      await run.signal(SIGNALS.crewEvent, {});
    },
  },
  'token-refused-for-a-while': {
    scenario: { polls: 2 },
    faults: { status: [{ status: 401 }, { status: 403 }] },
  },
  'token-replaced': {
    scenario: { polls: 3 },
    ownToken: 'first-token',
    meanwhile: async (run, amp, seal) => {
      await amp.ledger.until(({ polls }) => polls.length === 1);
      amp.token = 'next-token';
      await untilPhase(run, 'onHold');
      const sealedToken = await seal(amp.token);
      await run.executeUpdate(UPDATES.replaceBearerToken, { args: [{ sealedToken }] });
    },
  },
  'not-found-for-a-while': {
    scenario: { statuses: ['notFound', 'running', 'notFound', 'completed'] },
  },
  vanished: {
    scenario: { statuses: ['running', 'notFound'] },
    input: { notFoundGrace: '500ms' },
  },
  'timed-out': { scenario: { statuses: ['running'] }, input: { timeout: '2s' } },
  'timed-out-while-the-api-is-down': {
    scenario: {},
    faults: { status: { status: 500 } },
    input: { timeout: '2s' },
  },
  cancelled: {
    scenario: { statuses: ['running'] },
    meanwhile: async (run, amp) => {
      await amp.ledger.until(({ polls }) => polls.length === 2);
      await run.cancel();
    },
  },
};

async function untilPhase(run: WorkflowHandle, phase: Phase): Promise<void> {
  while ((await run.query<CrewRunProgress>(QUERIES.progress)).phase !== phase) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Records one run, or the runs of one chain. */
async function record(name: string, recording: Recording, folder: string): Promise<void> {
  const { scenario, faults = {}, suggestContinueAsNewAfter, searchAttributes } = recording;
  const server = await startTemporalDevServer({
    searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
    dynamicConfig: {
      // Timers under a second take about one otherwise.
      'history.timerProcessorMaxTimeShift': '"1ms"',
      ...(suggestContinueAsNewAfter !== undefined && {
        'limit.historyCount.suggestContinueAsNew': String(suggestContinueAsNewAfter),
      }),
    },
  });
  const { ownToken } = recording;
  const amp = await startSimulatedAmp({
    scenario,
    faults,
    ...(ownToken !== undefined && { token: ownToken }),
  });
  const crew = {
    name: 'default',
    url: amp.url,
    kickoffTimeoutMs: 2_000,
    token: () => Promise.resolve(amp.token),
  };
  const keys = await createTokenKeys();
  const key = await keys.add('recording');
  const use = { crew: 'default', namespace: 'default', workflowId: name };
  const seal: Seal = (token) =>
    sealToken(token, { ...use, expiresAt: Date.now() + RECORDING_MS }, key);
  const activities = createActivities({
    crews: new Map([['default', crew]]),
    privateKeys: keys.load(),
  });
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  try {
    const worker = await Worker.create({
      connection: native,
      identity: 'worker',
      taskQueue: DEFAULT_TASK_QUEUE,
      activities: activities.activities,
      workflowBundle: {
        codePath: join(root, 'dist/workflow-bundle.js'),
      },
    });
    const client = new Client({ connection, identity: 'client' });
    await worker.runUntil(async () => {
      const run = await client.workflow.start(WORKFLOW_TYPE, {
        workflowId: name,
        taskQueue: DEFAULT_TASK_QUEUE,
        args: [
          {
            inputs: { topic: 'whales' },
            polling: { initialInterval: 50, maximumInterval: 200 },
            ...recording.input,
            ...(ownToken !== undefined && { bearerToken: await seal(ownToken) }),
          },
        ],
        ...(searchAttributes !== undefined && { searchAttributes }),
      });
      await recording.meanwhile?.(run, amp, seal);
      // A failure of the run is one way to end, and stands in its history.
      await run.result().catch((error: unknown) => error);
    });
    const histories = await fetchChain(client, name);
    for (const [index, history] of histories.entries()) {
      const file = `${name}${histories.length > 1 ? `.${String(index + 1)}` : ''}.json`;
      await writeHistory(join(folder, file), toPortable(history));
    }
  } finally {
    await activities.close();
    await keys.remove();
    await native.close();
    await connection.close();
    await amp.stop();
    await server.stop();
  }
}

async function writeHistory(file: string, history: string): Promise<void> {
  const isLong = history.length > LONGEST_PLAIN_BYTES;
  const [path, content] = isLong ? [`${file}.gz`, gzipSync(history)] : [file, history];
  await writeFile(path, content);
  console.log(`${path}: ${String(content.length)} bytes`);
}

/** The histories of all runs of a chain, the first run's first. */
async function fetchChain(client: Client, workflowId: string): Promise<string[]> {
  const histories: string[] = [];
  let runId: string | null | undefined;
  do {
    const run = client.workflow.getHandle(workflowId, runId ?? undefined);
    const history = await run.fetchHistory();
    histories.unshift(historyToJSON(history));
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  } while (runId);
  return histories;
}

/** Without the recording machine's paths, in stack traces. Throws when something of it is left. */
function toPortable(history: string): string {
  const portable = history.replaceAll(pathToFileURL(root).href, '').replaceAll(root, '');
  const payloads = [...portable.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g)]
    .map(([, base64 = '']) => Buffer.from(base64, 'base64').toString())
    .join('\n');
  const identity = `${String(process.pid)}@${hostname()}`;
  for (const word of [root, identity]) {
    if (`${portable}\n${payloads}`.includes(word)) {
      throw new Error(`The history speaks of the machine it was recorded on: ${word}`);
    }
  }
  return `${portable.trimEnd()}\n`;
}

const { version } = v.parse(
  v.object({ version: v.string() }),
  JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')),
);
const folder = fileURLToPath(new URL(`../test/histories/${version}/`, import.meta.url));
Runtime.install({ logger: new DefaultLogger('ERROR') });
const names = process.argv.slice(2);
if (names.length === 0) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const [name, recording] of Object.entries(RECORDINGS)) {
  if (names.length === 0 || names.includes(name)) await record(name, recording, folder);
}
