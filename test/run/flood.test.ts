import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SIGNALS, UPDATES } from '../../src/contract.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import { eventually, progressUntil, startCrewHarness } from '../support/crew-harness.js';
import { jsonText } from '../support/hostile-json.js';
import { examplesOf } from '../support/properties.js';

/** A server takes so many updates of one run at once, and refuses more for a moment. */
const AT_ONCE = 8;
/** As many as it lets one run accept; what comes then is refused, with this code of gRPC's. */
const MOST_UPDATES = 2_000;
const FAILED_PRECONDITION = 9;

async function flood(times: number, send: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < times) await send((next += 1));
    }),
  );
}

describe('a flood to one run', () => {
  let crew: CrewHarness;
  let handle: CrewRunHandle;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 1 } } });
  });
  afterAll(() => crew.stop());
  beforeEach(async () => {
    crew.amp.faults.status = { word: 'RUNNING' };
    // It polls when it is told to.
    const polling = { initialInterval: '1h', maximumInterval: '1h' };
    handle = await crew.start({ inputs: { topic: 'AI' }, polling });
    await progressUntil(handle, ({ phase }) => phase === 'polling');
  });

  async function expectCompletion(): Promise<void> {
    crew.amp.faults = {};
    const [kickoff, ...others] = crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId);
    // The latest run of the chain.
    const { workflowId } = handle;
    await crew.client.workflow.getHandle(workflowId).signal(SIGNALS.crewEvent, {});
    const { kickoffId, status } = await handle.result();
    expect(status).toBe('completed');
    expect([kickoff?.kickoffId, others]).toEqual([kickoffId, []]);
  }
  const historyLength = async () => (await handle.describe()).historyLength;

  it('of events makes it poll, and not as often as that', { timeout: 120_000 }, async () => {
    const sent = 2_000;
    await flood(sent, () => handle.signal(SIGNALS.crewEvent, { type: 'noise' }));
    await expectCompletion();
    // Those that came while it polled are one reason to poll again, not many.
    const { length } = crew.amp.ledger.polls;
    expect(length).toBeGreaterThan(1);
    expect(length).toBeLessThan(sent / 4);
  });

  it(
    'of updates that are nonsense is refused, and leaves next to no history',
    { timeout: 120_000 },
    async () => {
      const before = await historyLength();
      const names = Object.values(UPDATES);
      const nonsense = examplesOf(1_000, jsonText).map((json) => JSON.parse(json) as unknown);
      await flood(nonsense.length, async (n) => {
        const name = names[n % names.length] ?? '';
        const update = handle.executeUpdate(name, { args: [{ nonsense: nonsense[n - 1] }] });
        await expect(update).rejects.toMatchObject({ cause: { type: 'CrewAI.UpdateRefused' } });
      });
      // But for a workflow task now and then, which a busy server writes down.
      expect(await historyLength()).toBeLessThan(before + nonsense.length / 10);
      await expectCompletion();
    },
  );

  it(
    'of updates that it answers is no end: it goes on in a new run',
    { timeout: 120_000 },
    async () => {
      const { runId, workflowId } = await handle.describe();
      const latest = crew.client.workflow.getHandle(workflowId);
      const ask = () => latest.executeUpdate(UPDATES.waitForKickoff, { args: [{}] });
      await flood(MOST_UPDATES, ask);
      await expect(ask()).rejects.toMatchObject({ cause: { code: FAILED_PRECONDITION } });
      // With its next poll, for which an event does not wait.
      await latest.signal(SIGNALS.crewEvent, {});
      await eventually(
        () => latest.describe(),
        (now) => now.runId !== runId,
      );
      const [kickoff] = crew.amp.ledger.kickoffsOfWorkflow(workflowId);
      await expect(ask()).resolves.toEqual({ kickoffId: kickoff?.kickoffId });
      await expectCompletion();
    },
  );
});
