import { setTimeout as delay } from 'node:timers/promises';
import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { readResidentKb } from './resident-memory.js';
import { startAll, type Stage } from './stage.js';

const RUNS = 2_000;
const WARM_UP_RUNS = 20;
/** Runs that wait are what is measured, not a rush of kickoffs: these many at a time are in theirs. */
const UNDER_WAY = 20;
/** First poll after 5 s, the second after more than eight minutes more: polled once, then waiting. */
const POLLING = { initialInterval: '5s', backoffCoefficient: 100, maximumInterval: '1h' } as const;

/** What a run that waits costs its worker, which keeps all of them in its cache. */
export async function memory(stage: Stage): Promise<Figure[]> {
  const amp = await startSimulatedAmp({
    scenario: ({ inputs }) =>
      inputs['waits'] === true
        ? { tasks: [{ name: 'wait', durationMs: 3_600_000 }] }
        : { polls: 1 },
  });
  const worker = await stage.startWorker('memory', amp);
  const warmUp = await startAll(WARM_UP_RUNS, () =>
    stage.startRun('memory', { inputs: {}, polling: { initialInterval: 10 } }),
  );
  await Promise.all(warmUp.map((run) => run.result()));
  const beforeKb = readResidentKb(worker.pid);
  const polledBefore = amp.ledger.polls.length;

  stage.progress(`the worker alone has ${toMb(beforeKb)}; starting ${RUNS} runs`);
  const kickedOffBefore = amp.ledger.kickoffs.length;
  let started = 0;
  await startAll(RUNS, async () => {
    started += 1;
    const enough = kickedOffBefore + started - UNDER_WAY;
    await amp.ledger.until(({ kickoffs }) => kickoffs.length >= enough);
    return stage.startRun('memory', { inputs: { waits: true }, polling: POLLING });
  });
  await amp.ledger.until(({ polls }) => polls.length >= polledBefore + RUNS);
  // The last polls are still on their way into history.
  await delay(2_000);
  const afterKb = readResidentKb(worker.pid);
  await worker.stop();
  await amp.stop();

  const perRunKb = (afterKb - beforeKb) / RUNS;
  const tenThousandMb = (beforeKb + 10_000 * perRunKb) / 1_024;
  return [
    {
      name: `Memory added per waiting run, ${RUNS} on one worker`,
      measured: `${perRunKb.toFixed(1)} KB (${toMb(beforeKb)} to ${toMb(afterKb)})`,
      goal: 'under 100 KB',
      ok: perRunKb < 100,
    },
    {
      name: 'So 10,000 of them, and the worker itself, would need',
      measured: `${tenThousandMb.toFixed(0)} MiB`,
      goal: 'at most 1024 MiB',
      ok: tenThousandMb <= 1_024,
    },
  ];
}

function toMb(kb: number): string {
  return `${(kb / 1_024).toFixed(0)} MiB`;
}
