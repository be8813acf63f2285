import { WorkflowUpdateStage } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KickoffFault } from '../../src/testing/index.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import { quickPolling, startCrewHarness, progressOf } from '../support/crew-harness.js';
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
    expect(failure.message).toContain('the API refuses the token');
    expect(failure.message).not.toContain('crew-token');
    expect(failure.details).toMatchObject([{ kickoffId: null, httpStatus: 401 }]);
    expect(received(handle)).toHaveLength(1);
    expect(accepted(handle)).toHaveLength(0);
  });
});

describe('a kickoff that was not acted on is sent again', () => {
  it('not before the date that the API gives', async () => {
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000);
    crew.amp.faults.kickoff = [{ status: 503, headers: { 'retry-after': at.toUTCString() } }];
    const handle = await crew.start(input);
    await handle.result();
    const [kickoff] = accepted(handle);
    expect(Date.parse(kickoff?.at ?? '')).toBeGreaterThanOrEqual(at.getTime());
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
    expect(await progressOf(handle)).toMatchObject({
      kickoffId,
      lastError: `Cancelled; run ${kickoffId} of the crew goes on`,
    });
    expect((await handle.describe()).memo).toEqual({ kickoffId });
    expect(crew.amp.ledger.pollsOf(kickoffId ?? '')).toHaveLength(0);
  });
});
