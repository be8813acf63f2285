import { pathToFileURL } from 'node:url';
import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { toMedian } from './figure.js';
import type { Stage } from './stage.js';
import { copyWorker } from './worker-copy.js';

const ROUNDS = 5;

/** How soon a worker that was just started makes its first poll, with its bundle built before and not. */
export async function workerStart(stage: Stage): Promise<Figure[]> {
  const { worker, bundleScript } = await copyWorker('bundling');
  const bundling = [bundleScript, worker].map(
    (file) => `await import('${pathToFileURL(file).href}');`,
  );
  const prebuiltMs: number[] = [];
  const bundlingMs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    prebuiltMs.push(await measure(stage, `prebuilt-${round}`));
    bundlingMs.push(
      await measure(stage, `bundling-${round}`, [
        '--input-type=module',
        '--eval',
        bundling.join('\n'),
      ]),
    );
    stage.progress(
      `${prebuiltMs.at(-1)?.toFixed()} ms, bundling ${bundlingMs.at(-1)?.toFixed()} ms`,
    );
  }
  const ratio = toMedian(prebuiltMs) / toMedian(bundlingMs);
  return [
    {
      name: 'Worker start to first poll, against a worker that bundles when it starts',
      measured: `${ratio.toFixed(2)} × (${toMedian(prebuiltMs).toFixed()} and ${toMedian(bundlingMs).toFixed()} ms)`,
      goal: 'at most 0.6 ×',
      ok: ratio <= 0.6,
    },
  ];
}

/** From the start of the process to the first status request, for a run that waits already. */
async function measure(stage: Stage, taskQueue: string, args?: readonly string[]): Promise<number> {
  const amp = await startSimulatedAmp({ scenario: { polls: 1 } });
  const run = await stage.startRun(taskQueue, { inputs: {}, polling: { initialInterval: 10 } });
  const startedAt = performance.now();
  const worker = await stage.startWorker(taskQueue, amp, args);
  await amp.ledger.until(({ polls }) => polls.length > 0);
  const ms = performance.now() - startedAt;
  await run.result();
  await worker.stop();
  await amp.stop();
  return ms;
}
