import { startSimulatedAmp } from '../src/testing/index.js';
import type { Figure } from './figure.js';
import type { Stage } from './stage.js';

/** What Temporal keeps of a run, and reads back when a worker has lost it, is paid for by the event. */
export async function historyEvents(stage: Stage): Promise<Figure[]> {
  const short = await countEvents(stage, 10);
  const long = await countEvents(stage, 30);
  const perPoll = (long - short) / 20;
  return [
    {
      name: 'History events per poll (30 polls against 10)',
      measured: String(perPoll),
      goal: '6',
      ok: perPoll <= 6,
    },
    {
      name: 'History events of a run of 10 polls',
      measured: String(short),
      goal: 'at most 90',
      ok: short <= 90,
    },
  ];
}

async function countEvents(stage: Stage, polls: number): Promise<number> {
  const taskQueue = `history-${polls}`;
  const amp = await startSimulatedAmp({ scenario: { polls } });
  const worker = await stage.startWorker(taskQueue, amp);
  const run = await stage.startRun(taskQueue, {
    inputs: { topic: 'history' },
    polling: { initialInterval: 100, backoffCoefficient: 1 },
  });
  await run.result();
  const { historyLength } = await run.describe();
  stage.progress(`${polls} polls: ${historyLength} events`);
  await worker.stop();
  await amp.stop();
  return historyLength;
}
