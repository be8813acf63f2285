import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrewHarness } from '../support/crew-harness.js';
import { quickPolling, startCrewHarness } from '../support/crew-harness.js';

describe.each(['live', 'documented'] as const)('a run in the %s dialect', (dialect) => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { dialect, scenario: { polls: 10 } } });
  });
  afterAll(() => crew.stop());

  it('kicks off once, polls until the crew has completed, and reads its output once more', async () => {
    const handle = await crew.start({ inputs: { topic: 'AI' }, polling: quickPolling });
    const output = await handle.result();

    const [kickoff] = crew.amp.ledger.kickoffs;
    expect(crew.amp.ledger.kickoffs).toHaveLength(1);
    expect(output).toMatchObject({
      status: 'completed',
      kickoffId: kickoff?.kickoffId,
      error: null,
    });
    expect(crew.amp.ledger.requests.map(({ operation }) => operation)).toEqual([
      'kickoff',
      ...Array<string>(10).fill('status'),
      'status',
    ]);

    // Six events a poll: timer started and fired, the three of a workflow task, a local activity.
    const { events } = await handle.fetchHistory();
    expect(events?.length).toBeLessThanOrEqual(10 * 6 + 30);

    // No traces are taken (src/workflows/without-stack-traces.ts); who asks for one is answered still.
    await expect(handle.query<string>('__stack_trace')).resolves.not.toMatch(/\S/);
  });
});
