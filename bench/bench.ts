/** `npm run bench [-- NAME…]`: measures what a run costs, each figure against something of the same run. */
import { mkdir, rm } from 'node:fs/promises';
import type { Figure } from './figure.js';
import { toTable } from './figure.js';
import { finishedRuns } from './finished-runs.js';
import { historyEvents } from './history-events.js';
import { memory } from './memory.js';
import { secrets } from './secrets.js';
import { slowCrew } from './slow-crew.js';
import { CACHE_DIR, createStage, type Stage } from './stage.js';
import { throughput } from './throughput.js';
import { workerKilled } from './worker-killed.js';
import { workerStart } from './worker-start.js';

const BENCHMARKS: Record<string, (stage: Stage) => Promise<Figure[]>> = {
  history: historyEvents,
  throughput,
  'worker-start': workerStart,
  'worker-killed': workerKilled,
  memory,
  'finished-runs': finishedRuns,
  'slow-crew': slowCrew,
  secrets,
};

async function main(wanted: string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    throw new Error(
      `There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}.`,
    );
  }
  await rm(CACHE_DIR, { recursive: true, force: true });
  await mkdir(CACHE_DIR, { recursive: true });
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(BENCHMARKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    // A server of its own, so that none pays for what another has left in it.
    const stage = await createStage((line) => console.log(`${name}: ${line}`));
    try {
      figures.push(...(await measure(stage)));
    } finally {
      await stage.stop();
    }
  }
  console.log(['', ...toTable(figures)].join('\n'));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
