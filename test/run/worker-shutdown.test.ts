import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusFault } from '../../src/testing/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
} from '../support/crew-harness.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

describe('a worker that shuts down without a grace time', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 4 } } });
  });
  afterAll(() => crew.stop());

  it('in the middle of fast reads loses nothing: its cancellation is not the run’s', async () => {
    crew.amp.faults.status = { delayMs: 400 };
    const handle = await crew.start(input);
    for (let i = 0; i < 3; i += 1) {
      const before = crew.amp.ledger.polls.length;
      await progressUntil(handle, ({ kickoffId }) => kickoffId !== null);
      await crew.amp.ledger.until(({ polls }) => polls.length > before);
      await crew.replaceWorker();
    }
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });

  it.each<[string, StatusFault[]]>([
    ['getStatus', [{ status: 500 }, { delayMs: 5_000 }]],
    ['collectResult', [{ word: 'SUCCESS' }, { delayMs: 5_000 }]],
  ])('in the middle of a slow %s leaves it to the next worker', async (activity, faults) => {
    crew.amp.faults.status = faults;
    const handle = await crew.start(input);
    await eventually(
      async () => (await handle.describe()).raw.pendingActivities?.[0]?.activityType?.name,
      (name) => name === activity,
    );
    await crew.amp.ledger.until(() => faults.length === 0);
    await crew.replaceWorker();
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
  });
});
