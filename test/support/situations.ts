import { exampleTasks, type Scenario } from '../../src/testing/index.js';
import {
  eventually,
  progressUntil,
  startCrewHarness,
  type CrewHarness,
  type CrewRunHandle,
} from './crew-harness.js';

/** In each of these a run's page has to tell an operator what is going on. */
export const SITUATIONS = ['run-under-way', 'completed', 'api-down', 'kickoff-unknown'] as const;
export type Situation = (typeof SITUATIONS)[number];

/** What the crew writes about, so that each run is known by its page. */
const TOPICS: Record<Situation, string> = {
  'run-under-way': 'coffee',
  completed: 'tea',
  'api-down': 'cocoa',
  'kickoff-unknown': 'water',
};

/** Long enough for a task to be under way for as long as anybody looks. */
const LONG_MS = 3_600_000;

export interface Situations {
  harness: CrewHarness;
  runs: Record<Situation, CrewRunHandle>;
}

/** Brings a run into each situation, on the Temporal server at this address. */
export async function bringAboutSituations(address: string): Promise<Situations> {
  const downFor = new Set<string | null>();
  const harness = await startCrewHarness({
    address,
    amp: {
      scenario: ({ inputs }) => toScenario(inputs),
      faults: {
        status: ({ kickoffId }) =>
          downFor.has(kickoffId) ? { status: 503, body: 'no healthy upstream' } : null,
      },
    },
  });
  const start = (situation: Situation): Promise<CrewRunHandle> =>
    harness.start(
      { inputs: { topic: TOPICS[situation] } },
      {
        workflowId: `crew-default-${TOPICS[situation]}`,
        staticSummary: `default · topic=${TOPICS[situation]}`,
      },
    );
  const runs = {
    'run-under-way': await start('run-under-way'),
    completed: await start('completed'),
    'api-down': await start('api-down'),
    'kickoff-unknown': await start('kickoff-unknown'),
  };
  const inTime = await progressUntil(runs['api-down'], (progress) => progress.completedTasks === 1);
  downFor.add(inTime.kickoffId);
  await Promise.all([
    progressUntil(runs['run-under-way'], ({ polls }) => polls >= 3),
    runs.completed.result(),
    eventually(
      () => runs['api-down'].describe(),
      ({ raw }) => (raw.pendingActivities?.[0]?.attempt ?? 0) >= 2,
    ),
    progressUntil(runs['kickoff-unknown'], ({ phase }) => phase === 'kickoffUnknown'),
  ]);
  return { harness, runs };
}

function toScenario(inputs: Record<string, unknown>): Scenario {
  const ends = inputs['topic'] === TOPICS.completed;
  const tasks = exampleTasks(inputs).map((task, index) => ({
    ...task,
    durationMs: ends || index === 0 ? 2_000 : LONG_MS,
  }));
  return inputs['topic'] === TOPICS['kickoff-unknown']
    ? { tasks, kickoff: { fault: { reset: true, accepted: true } } }
    : { tasks };
}
