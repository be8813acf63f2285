import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StatusFault } from '../../src/testing/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import {
  progressUntil,
  quickPolling,
  startCrewHarness,
  progressOf,
} from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

describe('the API is in trouble for a while in the middle of a run, which then completes', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({
      amp: {
        scenario: ({ inputs }) => ({
          statuses: ['running', ...(inputs['faults'] as StatusFault[]), 'running', 'completed'],
        }),
      },
    });
  });
  afterAll(() => crew.stop());

  const times = (n: number, fault: StatusFault) => Array<StatusFault>(n).fill(fault);
  it.concurrent.each<[string, StatusFault[]]>([
    ['500', times(3, { status: 500, body: { detail: 'Internal error' } })],
    ['502 with a page', times(3, { html: true })],
    ['a bare 503', times(3, { status: 503 })],
    ['429', times(3, { status: 429 })],
    ['resets', times(3, { reset: true })],
    ['answers that break off', times(3, { half: true })],
    ['answers that are not JSON', times(3, { notJson: true })],
    ['pages in place of a status', times(3, { html: true, status: 200 })],
    ['empty answers', times(3, { empty: true })],
    ['answers without a status', times(3, { status: 200, body: {} })],
    ['answers of 50 MB', times(2, { bigBytes: 50 * 1024 * 1024 })],
    ['an answer that never comes', times(1, { hang: true })],
    ['an answer that drips for ever', times(1, { drip: { bytes: 1, everyMs: 20 } })],
  ])('%s', async (_, faults) => {
    const handle = await crew.start({ ...input, inputs: { faults } });
    const { kickoffId, status } = await handle.result();
    expect(status).toBe('completed');
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
    // Each trouble was met; before it one answer, after it two and the last read.
    const { length } = crew.amp.ledger.pollsOf(kickoffId);
    expect(length).toBeGreaterThanOrEqual(1 + faults.length + 3);
  });
});

describe.each(['live', 'documented'] as const)('in the %s dialect', (dialect) => {
  it('a status word that nobody knows is shown, and polled on', async () => {
    const crew = await startCrewHarness({ amp: { dialect, scenario: { polls: 3 } } });
    crew.amp.faults.status = { word: 'DREAMING' };
    const handle = await crew.start(input);
    const { lastError } = await progressUntil(handle, ({ status }) => status === 'unknown');
    expect(lastError).toContain('"DREAMING"');
    await progressUntil(handle, ({ polls }) => polls >= 3);
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
    await crew.stop();
  });
});

describe('Retry-After on a status', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 3 } } });
  });
  afterAll(() => crew.stop());

  /** Of the first three polls. The first meets a local activity, the next ones an ordinary one. */
  async function pollTimesAfter(retryAfter: string): Promise<number[]> {
    const limited = { status: 429, headers: { 'retry-after': retryAfter } };
    crew.amp.faults.status = [limited, limited];
    const { kickoffId } = await crew.run(input);
    return crew.amp.ledger.pollsOf(kickoffId).map(({ at }) => Date.parse(at));
  }

  it('in seconds is waited for', async () => {
    const [, refusedAt = 0, answeredAt] = await pollTimesAfter('1');
    expect(answeredAt).toBeGreaterThanOrEqual(refusedAt + 1_000);
  });

  it('as a date is waited for', async () => {
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000);
    const [, , answeredAt] = await pollTimesAfter(at.toUTCString());
    expect(answeredAt).toBeGreaterThanOrEqual(at.getTime());
  });
});

describe('a result', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 1 } } });
  });
  afterAll(() => crew.stop());
  beforeEach(() => {
    crew.amp.faults = {};
  });

  it('is read again and again while the API is in trouble', async () => {
    crew.amp.faults.status = [null, ...Array<StatusFault>(3).fill({ status: 502 })];
    const handle = await crew.start(input);
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.faults.status).toEqual([]);
  });

  it.each<[string, StatusFault, object]>([
    ['is taken back', { word: 'RUNNING' }, { status: 'running', phase: 'polling' }],
    ['is not found', { notFound: true }, { status: 'notFound', phase: 'polling' }],
    ['is refused', { status: 401 }, { status: 'completed', phase: 'onHold' }],
  ])('that %s leaves the run where it was: it polls on', async (_, fault, progress) => {
    let n = 0;
    crew.amp.faults.status = () => ((n += 1) === 1 ? null : fault);
    const handle = await crew.start(input);
    await progressUntil(handle, ({ polls }) => polls >= 3);
    expect(await progressOf(handle)).toMatchObject(progress);
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });

  const bytes = 9 * 1024 * 1024;

  it('that is too large to be read, again and again, is ResultTooLarge with its size', async () => {
    crew.amp.faults.status = { bigBytes: bytes };
    const handle = await crew.start(input);
    const failure = await failureOf(handle);
    const [kickoff] = crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId);
    expect(failure).toMatchObject({ type: 'CrewAI.ResultTooLarge', nonRetryable: true });
    const [details] = failure.details as [{ bytes: number }];
    expect(details).toMatchObject({ kickoffId: kickoff?.kickoffId, limitBytes: 8 * 1024 * 1024 });
    expect(details.bytes).toBeGreaterThan(bytes);
    expect(failure.message).toContain(String(details.bytes));
  });

  it('that is too large once, at the end of an outage, is read again', async () => {
    const outage = Array<StatusFault>(6).fill({ status: 502 });
    crew.amp.faults.status = [...outage, { bigBytes: bytes }, { bigBytes: bytes }, ...outage];
    const handle = await crew.start(input);
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.faults.status).toEqual([]);
  });
});
