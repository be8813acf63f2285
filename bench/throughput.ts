import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOW_TYPE } from '../src/contract.js';
import { startSimulatedAmp, type Ledger } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { toMedian } from './figure.js';
import { startAll, type Stage } from './stage.js';
import { copyWorker } from './worker-copy.js';

const RUNS = 200;
const POLLS = 10;
const ROUNDS = 3;
const LOOP_TYPE = 'plainLoop';

interface Measured {
  pollsPerSecond: number;
  statusRequests: number;
}

/** How many polls one server and one worker finish, through this workflow and through a plain loop. */
export async function throughput(stage: Stage): Promise<Figure[]> {
  const copy = await copyWorker('plain-loop');
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('plain-loop.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(copy.bundle, code);

  const ratios: number[] = [];
  const requests = { ours: 0, loop: 0 };
  // In turn, and compared round by round, so that what else the machine does meets both.
  for (let round = 1; round <= ROUNDS; round += 1) {
    const loop = await measure(stage, `loop-${round}`, LOOP_TYPE, [copy.worker]);
    const ours = await measure(stage, `crew-${round}`, WORKFLOW_TYPE);
    ratios.push(ours.pollsPerSecond / loop.pollsPerSecond);
    requests.ours += ours.statusRequests;
    requests.loop += loop.statusRequests;
  }
  const ratio = toMedian(ratios);
  return [
    {
      name: `Finished polls per second, ${RUNS} runs of ${POLLS} polls, against a plain loop`,
      measured: `${ratio.toFixed(2)} ×`,
      goal: 'at least 1.4 ×',
      ok: ratio >= 1.4,
    },
    {
      name: 'Status requests of these runs, and of the plain loop',
      measured: `${requests.ours} and ${requests.loop}`,
      goal: 'no more',
      ok: requests.ours <= requests.loop,
    },
  ];
}

async function measure(
  stage: Stage,
  taskQueue: string,
  workflowType: string,
  args?: readonly string[],
): Promise<Measured> {
  const amp = await startSimulatedAmp({ scenario: { polls: POLLS } });
  const worker = await stage.startWorker(taskQueue, amp, args);
  const start = () =>
    stage.startRun(
      taskQueue,
      // As short as it goes: how fast the server and the worker are is what shows, not the timers.
      { inputs: {}, polling: { initialInterval: 10, maximumInterval: 10 } },
      workflowType,
    );
  await (await start()).result();
  const before = amp.ledger.polls.length;
  const startedAt = performance.now();
  const runs = await startAll(RUNS, start);
  await Promise.all(runs.map((run) => run.result()));
  const seconds = (performance.now() - startedAt) / 1_000;
  const statusRequests = amp.ledger.polls.length - before;
  await worker.stop();
  await amp.stop();
  const pollsPerSecond = (RUNS * POLLS) / seconds;
  stage.progress(
    `${workflowType}: ${pollsPerSecond.toFixed()} polls/s with kickoff and collect, ` +
      `${toPollingRate(amp.ledger).toFixed()} once all are kicked off`,
  );
  return { pollsPerSecond, statusRequests };
}

/** Polls per second from the last kickoff to the last poll: kickoffs cost both the same. */
function toPollingRate({ kickoffs, polls }: Ledger): number {
  const from = Date.parse(kickoffs.at(-1)?.at ?? '');
  const times = polls.map(({ at }) => Date.parse(at)).filter((time) => time > from);
  return (times.length * 1_000) / (Math.max(...times) - from);
}
