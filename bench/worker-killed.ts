import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { toMedian } from './figure.js';
import type { Stage } from './stage.js';

const ROUNDS = 3;
const POLL_MS = 500;
/** The server gives a task of a dead worker to another one after 10 s (the SDK's sticky queue), and that has to start. */
const GOAL_MS = 15_000;

/** How long a run is not polled when its only worker is killed and another is started at once. */
export async function workerKilled(stage: Stage): Promise<Figure[]> {
  const startMs: number[] = [];
  const successorMs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const taskQueue = `killed-${round}`;
    const amp = await startSimulatedAmp({
      scenario: { tasks: [{ name: 'wait', durationMs: 3_600_000 }] },
    });
    const run = await stage.startRun(taskQueue, {
      inputs: {},
      polling: { initialInterval: POLL_MS, maximumInterval: POLL_MS },
    });
    const startWorkerAndPoll = async () => {
      const polled = amp.ledger.polls.length;
      const startedAt = performance.now();
      const worker = await stage.startWorker(taskQueue, amp);
      await amp.ledger.until(({ polls }) => polls.length > polled);
      return { worker, ms: performance.now() - startedAt };
    };
    const first = await startWorkerAndPoll();
    await amp.ledger.until(({ polls }) => polls.length >= 4);
    await first.worker.kill();
    const successor = await startWorkerAndPoll();
    startMs.push(first.ms);
    successorMs.push(successor.ms);
    stage.progress(
      `${first.ms.toFixed()} ms to a first poll, ${successor.ms.toFixed()} ms after a kill`,
    );
    await run.terminate();
    await successor.worker.stop();
    await amp.stop();
  }
  const ratio = toMedian(successorMs) / toMedian(startMs);
  return [
    {
      name: 'Killing the only worker to the first poll by its successor, against start to first poll',
      measured: `${ratio.toFixed(1)} × (${(toMedian(successorMs) / 1_000).toFixed(1)} s)`,
      goal: `under ${GOAL_MS / 1_000} s`,
      ok: toMedian(successorMs) < GOAL_MS,
    },
  ];
}
