import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/testing/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

/**
 * Half of a surrogate pair: JSON can carry it, UTF-8 cannot. Python's surrogateescape makes them.
 * Short, since the SDK encodes short texts in another way than long ones.
 */
const BROKEN = '\udce9';
const MENDED = '\ufffd';
const input = { inputs: { topic: BROKEN }, polling: quickPolling };

// A failure whose message cannot be encoded ends the worker, and then the next one.
describe('text that is not well-formed Unicode', () => {
  let crew: CrewHarness;
  let scenario: Scenario;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: () => scenario } });
  });
  afterAll(() => crew.stop());
  beforeEach(() => {
    scenario = { polls: 2 };
    crew.amp.faults = {};
  });

  it('passes through the output as it is', async () => {
    scenario = { polls: 2, output: BROKEN, outputJson: { [BROKEN]: BROKEN } };
    await expect(crew.run(input)).resolves.toMatchObject({
      output: BROKEN,
      outputJson: { [BROKEN]: BROKEN },
    });
    expect(crew.amp.ledger.kickoffs.at(-1)?.inputs).toEqual({ topic: BROKEN });
  });

  it.each<[string, unknown]>([
    ['field', { ...input, [BROKEN]: 1 }],
    ['crew', { ...input, crew: BROKEN }],
  ])('ends a run whose input has such a %s, and not its worker', async (_, broken) => {
    expect((await failureOf(await crew.start(broken))).message).toContain(MENDED);
    expect(crew.worker.getState()).toBe('RUNNING');
  });

  it("ends a run with the crew's error, and not its worker", async () => {
    scenario = { polls: 1, outcome: 'error', error: BROKEN };
    await expect(crew.run(input)).resolves.toMatchObject({ error: BROKEN });
    const failure = await failureOf(await crew.start({ ...input, onCrewError: 'fail' }));
    expect(failure.message).toContain(MENDED);
    expect(crew.worker.getState()).toBe('RUNNING');
  });

  it('is refused with the words of the API at kickoff', async () => {
    crew.amp.faults.kickoff = [{ status: 422, body: { detail: `Missing inputs: ${BROKEN}` } }];
    expect((await failureOf(await crew.start(input))).message).toContain(MENDED);
    expect(crew.worker.getState()).toBe('RUNNING');
  });

  it('is retried while the API answers with it', async () => {
    const handle = await crew.start(input);
    crew.amp.faults.status = { status: 500, body: { detail: BROKEN } };
    await progressUntil(handle, ({ lastError }) => lastError?.includes(MENDED) === true);
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.worker.getState()).toBe('RUNNING');
  });

  it('is refused in an update', async () => {
    crew.amp.faults.kickoff = [{ reset: true, accepted: true }];
    const handle = await crew.start(input);
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    await expect(
      handle.executeUpdate('adoptKickoff', { args: [{ kickoffId: 'a', [BROKEN]: 1 }] }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining(MENDED) as string } });
    await handle.terminate();
    expect(crew.worker.getState()).toBe('RUNNING');
  });
});
