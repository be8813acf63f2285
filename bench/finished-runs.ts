import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import { ALLOCATOR, readRestingKb, toMb } from './process-usage.js';
import { finishRuns, type Stage } from './stage.js';

const FEW = 1_000;
const MANY = 10_000;
/** Some 2 KB kept of each run would show; what V8 keeps of its heap differs by some percent anyway. */
const GOAL_RATIO = 1.1;

/** Whether a worker keeps anything of runs that are over. */
export async function finishedRuns(stage: Stage): Promise<Figure[]> {
  const taskQueue = 'finished';
  const amp = await startSimulatedAmp({ scenario: { polls: 1 } });
  const worker = await stage.startWorker(taskQueue, {
    crewsFile: '',
    env: { CREWAI_AMP_URL: amp.url, CREWAI_AMP_TOKEN: amp.token, ...ALLOCATOR },
  });
  const finish = async (count: number) => {
    const startedAt = performance.now();
    await finishRuns(stage, taskQueue, count);
    const kb = await readRestingKb(worker.pid);
    const seconds = (performance.now() - startedAt) / 1_000;
    stage.progress(`${count} more runs: ${toMb(kb)} at rest, after ${seconds.toFixed()} s`);
    return kb;
  };
  const fewKb = await finish(FEW);
  const manyKb = await finish(MANY - FEW);
  await worker.stop();
  await amp.stop();

  const ratio = manyKb / fewKb;
  return [
    {
      name: `Memory of a worker after ${MANY} finished runs, against after ${FEW}`,
      measured: `${ratio.toFixed(2)} × (${toMb(fewKb)} and ${toMb(manyKb)})`,
      goal: `at most ${GOAL_RATIO} ×`,
      ok: ratio <= GOAL_RATIO,
    },
  ];
}
