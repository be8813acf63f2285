import { writeFile } from 'node:fs/promises';
import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { CACHE_DIR, startAll, type Stage } from './stage.js';

const SLOW_RUNS = 300;
const ANSWER_MS = 4_000;
const POLLS = 5;
const TASK_QUEUE = 'slow-crew';

/** How much longer a healthy run takes while others on its worker wait for an API that is slow. */
export async function slowCrew(stage: Stage): Promise<Figure[]> {
  const healthy = await startSimulatedAmp({ scenario: { polls: POLLS } });
  const slow = await startSimulatedAmp({
    scenario: { tasks: [{ name: 'wait', durationMs: 3_600_000 }] },
    faults: { status: { delayMs: ANSWER_MS } },
  });
  const crewsFile = `${CACHE_DIR}crews.toml`;
  const crews = Object.entries({ healthy, slow }).map(
    ([name, { url }]) => `[crews.${name}]\nurl = "${url}"\ntoken = { env = "BENCH_TOKEN" }\n`,
  );
  await writeFile(crewsFile, crews.join('\n'));
  const worker = await stage.startWorker(TASK_QUEUE, {
    crewsFile,
    env: { BENCH_TOKEN: healthy.token },
  });

  await measure(stage); // The first run of a worker also loads its code.
  const aloneMs = Math.max(await measure(stage), await measure(stage));
  await startAll(SLOW_RUNS, () => stage.startRun(TASK_QUEUE, { inputs: {}, crew: 'slow' }));
  // Each slow run's first poll still tries the fast way: the worst moment is as it begins.
  await slow.ledger.until(({ kickoffs }) => kickoffs.length >= SLOW_RUNS);
  const atFirstMs = await measure(stage);
  await slow.ledger.until(({ polls }) => polls.length >= 3 * SLOW_RUNS);
  const laterMs = await measure(stage);
  stage.progress(
    `alone ${aloneMs.toFixed()} ms, at their first polls ${atFirstMs.toFixed()}, later ${laterMs.toFixed()}`,
  );
  await worker.stop();
  await healthy.stop();
  await slow.stop();

  const ratio = Math.max(atFirstMs, laterMs) / aloneMs;
  return [
    {
      name: `A run of ${POLLS} polls beside ${SLOW_RUNS} whose API takes ${ANSWER_MS / 1_000} s, against it alone`,
      measured: `${ratio.toFixed(1)} × as long`,
      goal: 'at most 3 ×',
      ok: ratio <= 3,
    },
  ];
}

async function measure(stage: Stage): Promise<number> {
  const startedAt = performance.now();
  const run = await stage.startRun(TASK_QUEUE, {
    inputs: {},
    crew: 'healthy',
    polling: { initialInterval: 200 },
  });
  await run.result();
  return performance.now() - startedAt;
}
