import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { ALLOCATOR, readRestingKb, toMb } from './process-usage.js';
import { finishRuns, startAll, type Stage } from './stage.js';

const RUNS = 2_000;
/** A worker that has done some work already: its heaps have the size that they keep. */
const RUNS_BEFORE = 1_000;
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
  const worker = await stage.startWorker('memory', {
    crewsFile: '',
    env: { CREWAI_AMP_URL: amp.url, CREWAI_AMP_TOKEN: amp.token, ...ALLOCATOR },
  });
  stage.progress(`${RUNS_BEFORE} runs that the worker has behind it`);
  await finishRuns(stage, 'memory', RUNS_BEFORE);
  const beforeKb = await readRestingKb(worker.pid);
  const polledBefore = amp.ledger.polls.length;

  stage.progress(`the worker by itself has ${toMb(beforeKb)}; starting ${RUNS} runs`);
  const kickedOffBefore = amp.ledger.kickoffs.length;
  let started = 0;
  await startAll(RUNS, async () => {
    started += 1;
    const enough = kickedOffBefore + started - UNDER_WAY;
    await amp.ledger.until(({ kickoffs }) => kickoffs.length >= enough);
    return stage.startRun('memory', { inputs: { waits: true }, polling: POLLING });
  });
  await amp.ledger.until(({ polls }) => polls.length >= polledBefore + RUNS);
  const afterKb = await readRestingKb(worker.pid);
  await worker.stop();
  await amp.stop();

  const perRunKb = (afterKb - beforeKb) / RUNS;
  const tenThousandMb = (10_000 * perRunKb) / 1_024;
  return [
    {
      name: `Memory added per waiting run, ${RUNS} on one worker`,
      measured: `${perRunKb.toFixed(1)} KB (${toMb(beforeKb)} to ${toMb(afterKb)})`,
      goal: 'under 100 KB',
      ok: perRunKb < 100,
    },
    {
      name: 'So 10,000 of them would need',
      measured: `${tenThousandMb.toFixed(0)} MiB, and the worker itself ${toMb(beforeKb)}`,
      goal: 'at most 1024 MiB',
      ok: tenThousandMb <= 1_024,
    },
  ];
}
