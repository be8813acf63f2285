import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { WORKFLOW_TYPE, type CrewRunInput } from '../src/contract.js';
import { createDataConverter, loadPayloadKeys } from '../src/payload-codec.js';
import { readPublicKey } from '../src/sealing/key-file.js';
import { sealToken } from '../src/sealing/seal-token.js';
import { writeKeyPair } from '../src/sealing/write-key-pair.js';
import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { toMedian } from './figure.js';
import { readCpuMs } from './process-usage.js';
import { CACHE_DIR, startAll, type Stage } from './stage.js';

const RUNS = 300;
const POLLS = 10;
const ROUNDS = 3;
const AT_ONCE = 20;
/** Secrecy that costs half of a worker again would be left off. */
const GOAL_RATIO = 1.5;

interface Variant {
  /** For the worker. */
  env: NodeJS.ProcessEnv;
  client: Client;
  /** The token that a run brings along, sealed; without it the worker's own. */
  seal?: (token: string, workflowId: string) => Promise<string>;
}

/** What it costs a worker to keep payloads and tokens from Temporal, run by run. */
export async function secrets(stage: Stage): Promise<Figure[]> {
  const variants = await createVariants(stage);
  const { plain, encrypted, sealed } = variants;
  const ratios = { encrypted: [] as number[], sealed: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const plainMs = await measure(stage, `plain-${round}`, plain);
    const encryptedMs = await measure(stage, `encrypted-${round}`, encrypted);
    const sealedMs = await measure(stage, `sealed-${round}`, sealed);
    ratios.encrypted.push(encryptedMs / plainMs);
    ratios.sealed.push(sealedMs / plainMs);
    stage.progress(
      `CPU a run: ${plainMs.toFixed(1)} ms, encrypted ${encryptedMs.toFixed(1)}, sealed ${sealedMs.toFixed(1)}`,
    );
  }
  return [
    toFigure('with encrypted payloads', toMedian(ratios.encrypted)),
    toFigure('with a sealed token of its own', toMedian(ratios.sealed)),
  ];
}

function toFigure(what: string, ratio: number): Figure {
  return {
    name: `Worker's CPU for a run of ${POLLS} polls ${what}, against a plain one`,
    measured: `${ratio.toFixed(2)} ×`,
    goal: `at most ${GOAL_RATIO} ×`,
    ok: ratio <= GOAL_RATIO,
  };
}

async function createVariants({ client }: Stage) {
  const { namespace } = client.options;
  const payloadKeys = { CREWAI_PAYLOAD_KEYS: `bench:${randomBytes(32).toString('base64')}` };
  const folder = join(CACHE_DIR, 'token-keys');
  await mkdir(folder, { recursive: true });
  const { publicKeyFile } = await writeKeyPair(join(folder, 'bench'));
  const publicKey = readPublicKey(publicKeyFile);
  const variants = {
    plain: { env: {}, client },
    encrypted: {
      env: payloadKeys,
      client: new Client({
        connection: client.connection,
        namespace,
        dataConverter: createDataConverter(loadPayloadKeys(payloadKeys)),
      }),
    },
    sealed: {
      env: { CREWAI_TOKEN_KEYS_FOLDER: folder },
      client,
      seal: (token, workflowId) =>
        sealToken(
          token,
          { crew: 'default', namespace, workflowId, expiresAt: Date.now() + 3_600_000 },
          publicKey,
        ),
    },
  } satisfies Record<string, Variant>;
  return variants;
}

/** Milliseconds of one core that a worker takes for one run. */
async function measure(
  stage: Stage,
  taskQueue: string,
  { env, client, seal }: Variant,
): Promise<number> {
  const amp = await startSimulatedAmp({ scenario: { polls: POLLS } });
  const worker = await stage.startWorker(taskQueue, {
    crewsFile: '',
    env: { CREWAI_AMP_URL: amp.url, CREWAI_AMP_TOKEN: amp.token, ...env },
  });
  const run = async () => {
    const workflowId = `${taskQueue}-${randomUUID()}`;
    const input: CrewRunInput = {
      inputs: { topic: 'whales' },
      polling: { initialInterval: 10, maximumInterval: 10 },
      ...(seal !== undefined && { bearerToken: await seal(amp.token, workflowId) }),
    };
    await client.workflow.execute(WORKFLOW_TYPE, { taskQueue, workflowId, args: [input] });
  };
  // The first runs of a worker load and compile its code.
  await startAll(AT_ONCE, run, AT_ONCE);
  const before = readCpuMs(worker.pid);
  await startAll(RUNS, run, AT_ONCE);
  const ms = readCpuMs(worker.pid) - before;
  await worker.stop();
  await amp.stop();
  return ms / RUNS;
}
