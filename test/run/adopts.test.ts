import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrewHarness } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

describe('a kickoffId as input', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 3 } } });
  });
  afterAll(() => crew.stop());

  it('goes on waiting for a run that was given up, and kicks nothing off', async () => {
    const polling = { initialInterval: '1h' };
    const failure = await failureOf(
      await crew.start({ inputs: { topic: 'AI' }, polling, timeout: 300 }),
    );
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain('last status: running');
    const [kickoff] = crew.amp.ledger.kickoffs;
    const [{ kickoffId }] = failure.details as [{ kickoffId: string }];
    expect(kickoffId).toBe(kickoff?.kickoffId);
    expect(failure.message).toContain(kickoffId);

    const handle = await crew.start({ kickoffId, polling: quickPolling });
    await progressUntil(handle, (progress) => progress.kickoffId === kickoffId);
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect((await handle.describe()).memo).toEqual({ kickoffId });
    expect(crew.amp.ledger.received).toHaveLength(1);
  });

  it('wins over inputs', async () => {
    const { kickoffId } = await crew.run({ inputs: {}, polling: quickPolling });
    const before = crew.amp.ledger.received.length;
    const input = { inputs: { topic: 'AI' }, kickoffId, polling: quickPolling };
    await expect(crew.run(input)).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(crew.amp.ledger.received).toHaveLength(before);
  });

  it('is a result when the crew ends before the timeout, also when nobody polled before', async () => {
    crew.amp.faults.status = [{ word: 'SUCCESS' }, { word: 'SUCCESS' }];
    const input = { inputs: {}, polling: { initialInterval: '1h' }, timeout: 300 };
    await expect(crew.run(input)).resolves.toMatchObject({ status: 'completed' });
  });
});
