import { WorkflowUpdateStage } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KickoffFault } from '../../src/testing/index.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

let crew: CrewHarness;
beforeAll(async () => {
  crew = await startCrewHarness({ amp: { scenario: { polls: 1 } } });
});
afterAll(() => crew.stop());
beforeEach(() => {
  crew.amp.faults = {};
  crew.amp.token = 'crew-token';
});
const accepted = ({ workflowId }: CrewRunHandle) => crew.amp.ledger.kickoffsOfWorkflow(workflowId);
/** All kickoffs that were sent, whatever became of them. */
const received = ({ workflowId }: CrewRunHandle) =>
  crew.amp.ledger.received.filter(({ meta }) => JSON.stringify(meta).includes(workflowId));

describe('a kickoff that the API refuses ends the run at once', () => {
  const detail = [
    { loc: ['body', 'inputs', 'audience'], msg: 'Field required', type: 'missing' },
    { loc: ['body', 'inputs', 'tone'], msg: 'Field required', type: 'missing' },
  ];
  const documented = {
    error: 'Validation Error',
    message: 'Missing required inputs',
    details: { missing_inputs: ['audience', 'tone'] },
  };
  it.each<[string, unknown]>([
    ['as documented', documented],
    ['as a sentence', { detail: 'Missing inputs: audience, tone' }],
    ['as a list', { detail }],
  ])('and names the missing inputs, given %s', async (_, body) => {
    crew.amp.faults.kickoff = [{ status: 422, body }];
    const handle = await crew.start(input);
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffRejected', nonRetryable: true });
    expect(failure.message).toMatch(/audience.*tone/);
    expect(failure.message).toContain('crew "default"');
    expect(failure.details).toEqual([
      {
        kickoffId: null,
        crew: 'default',
        httpStatus: 422,
        missingInputs: ['audience', 'tone'],
      },
    ]);
    expect(received(handle)).toHaveLength(1);
    expect(accepted(handle)).toHaveLength(0);
  });

  it('also where its list of missing inputs would not fit a payload', async () => {
    const names = Array.from({ length: 3_000 }, (_, i) => `${i}${'x'.repeat(1_000)}`);
    crew.amp.faults.kickoff = [
      { status: 422, body: { ...documented, details: { missing_inputs: names } } },
    ];
    const failure = await failureOf(await crew.start(input));
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffRejected', nonRetryable: true });
  });

  it.each<[string, KickoffFault, string]>([
    ['a redirect', { status: 302, headers: { location: 'https://login.example/' } }, 'redirects'],
    ['a quota', { status: 402, body: { detail: 'Execution limit reached' } }, 'limit reached'],
    ['a wrong URL', { html: '<title>Not here</title>', status: 404 }, 'Not here'],
  ])('with the words of the API: %s', async (_, fault, words) => {
    crew.amp.faults.kickoff = [fault];
    const handle = await crew.start(input);
    const failure = await failureOf(handle);
    expect(failure.type).toBe('CrewAI.KickoffRejected');
    expect(failure.message).toContain(words);
    expect(received(handle)).toHaveLength(1);
  });

  it('when it refuses the token, and says whose token that is', async () => {
    crew.amp.token = 'another-token';
    const handle = await crew.start(input);
    const failure = await failureOf(handle);
    expect(failure.type).toBe('CrewAI.KickoffRejected');
    expect(failure.message).toContain('HTTP 401');
    expect(failure.message).toContain("the API refuses the token");
    expect(failure.message).not.toContain('crew-token');
    expect(failure.details).toMatchObject([{ kickoffId: null, httpStatus: 401 }]);
    expect(received(handle)).toHaveLength(1);
    expect(accepted(handle)).toHaveLength(0);
  });
});

describe('a kickoff that was not acted on is sent again', () => {
  it.each<[string, () => KickoffFault]>([
    ['503 with Retry-After', () => ({ status: 503, headers: { 'retry-after': '1' } })],
    ['503 in the words of AMP', () => ({ status: 503, body: { detail: 'Starting up' } })],
    ['429', () => ({ status: 429 })],
    ['429 with Retry-After in seconds', () => ({ status: 429, headers: { 'retry-after': '1' } })],
    [
      '429 with Retry-After as a date',
      () => ({
        status: 429,
        headers: { 'retry-after': new Date(Date.now() + 1_000).toUTCString() },
      }),
    ],
  ])('after %s', async (_, createFault) => {
    const fault = createFault();
    crew.amp.faults.kickoff = [fault];
    const handle = await crew.start(input);
    const waiting = await progressUntil(handle, ({ lastError }) => lastError !== null);
    expect(waiting).toMatchObject({ phase: 'kickingOff', kickoffId: null });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(received(handle)).toHaveLength(2);
    expect(accepted(handle)).toHaveLength(1);
  });

  it('not before the date that the API gives', async () => {
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000);
    crew.amp.faults.kickoff = [{ status: 503, headers: { 'retry-after': at.toUTCString() } }];
    const handle = await crew.start(input);
    await handle.result();
    const [kickoff] = accepted(handle);
    expect(Date.parse(kickoff?.at ?? '')).toBeGreaterThanOrEqual(at.getTime());
  });

  it('with another token, when the one that was refused has been replaced', async () => {
    const own = await startCrewHarness({
      amp: { token: 'new-token', scenario: { polls: 1 } },
      crew: {
        token: (refused) => Promise.resolve(refused === undefined ? 'crew-token' : 'new-token'),
      },
    });
    await expect(own.run(input)).resolves.toMatchObject({ status: 'completed' });
    expect(own.amp.ledger.received).toHaveLength(2);
    expect(own.amp.ledger.kickoffs).toHaveLength(1);
    await own.stop();
  });
});

describe('a kickoff whose answer leaves its outcome open is not sent again', () => {
  it.each<[string, KickoffFault]>([
    ['is not JSON', { notJson: true }],
    ['is a page', { html: true, status: 200 }],
    ['is empty', { empty: true }],
    ['has 50 MB', { bigBytes: 50 * 1024 * 1024 }],
    ['drips for ever', { drip: { bytes: 1, everyMs: 50 }, accepted: true }],
    ['breaks off', { half: true }],
    ['has no kickoff_id', { noKickoffId: true }],
    ['never comes', { hang: true, accepted: true }],
    ['is a reset', { reset: true, accepted: true }],
    ['is a bare 503', { status: 503, accepted: true }],
    ["is a gateway's 502", { html: true, accepted: true }],
    ['is a 500 in the words of AMP', { status: 500, body: { detail: 'x' }, accepted: true }],
    ['is a 504', { status: 504, accepted: true }],
  ])('%s: it is adopted by its id', async (_, fault) => {
    crew.amp.faults.kickoff = [fault];
    const handle = await crew.start(input);
    const unknown = await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    expect(unknown).toMatchObject({ kickoffId: null, polls: 0 });
    expect(unknown.lastError).toContain('Kickoff failed: ');
    expect(received(handle)).toHaveLength(1);
    const [kickoff] = accepted(handle);
    const kickoffId = kickoff?.kickoffId ?? '';
    await handle.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(received(handle)).toHaveLength(1);
  });

  it('until a person says that nothing was started', async () => {
    crew.amp.faults.kickoff = [{ hang: true }];
    const handle = await crew.start(input);
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    expect(accepted(handle)).toHaveLength(0);
    await handle.executeUpdate('retryKickoff', { args: [{}] });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(received(handle)).toHaveLength(2);
    expect(accepted(handle)).toHaveLength(1);
  });
});

describe('a cancellation during a kickoff', () => {
  it('waits for its outcome, and so does an update', async () => {
    crew.amp.faults.kickoff = [{ delayMs: 500 }];
    const handle = await crew.start(input);
    await crew.amp.ledger.until(() => received(handle).length === 1);
    const waiting = await handle.startUpdate('waitForKickoff', {
      args: [{}],
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    const [kickoff] = accepted(handle);
    const kickoffId = kickoff?.kickoffId;
    await expect(waiting.result()).resolves.toEqual({ kickoffId });
    expect(await handle.query('progress')).toMatchObject({
      kickoffId,
      lastError: `Cancelled; run ${kickoffId} of the crew goes on`,
    });
    expect((await handle.describe()).memo).toEqual({ kickoffId });
    expect(crew.amp.ledger.pollsOf(kickoffId ?? '')).toHaveLength(0);
  });
});
