import { writeFile } from 'node:fs/promises';
import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { toMedian } from './figure.js';
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
  const aloneMs = await measureTimes(stage, 3);
  await startAll(SLOW_RUNS, () => stage.startRun(TASK_QUEUE, { inputs: {}, crew: 'slow' }));
  // From here on they poll: at first the fast way, until each has found out that its API is slow.
  await slow.ledger.until(({ kickoffs }) => kickoffs.length >= SLOW_RUNS);
  const besideMs = await measureTimes(stage, 5);
  stage.progress(`alone ${toList(aloneMs)} ms, beside them ${toList(besideMs)} ms`);
  await worker.stop();
  await healthy.stop();
  await slow.stop();

  const ratio = toMedian(besideMs) / toMedian(aloneMs);
  return [
    {
      name: `A run of ${POLLS} polls beside ${SLOW_RUNS} whose API takes ${ANSWER_MS / 1_000} s, against it alone`,
      measured: `${ratio.toFixed(1)} × as long`,
      goal: 'at most 3 ×',
      ok: ratio <= 3,
    },
  ];
}

async function measureTimes(stage: Stage, times: number): Promise<number[]> {
  const measured: number[] = [];
  while (measured.length < times) measured.push(await measure(stage));
  return measured;
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

function toList(numbers: number[]): string {
  return numbers.map((ms) => ms.toFixed()).join(', ');
}
