import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrewHarness } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

/** Payloads are base64 in JSON: as text, so that they can be searched. */
function toReadable(key: string, value: unknown): unknown {
  return key === 'data' && typeof value === 'string'
    ? Buffer.from(value, 'base64').toString()
    : value;
}

describe('a token that is refused in the middle of a run', () => {
  let crew: CrewHarness;
  /** What the worker's token file says. */
  let file: string;
  /** The token that the worker has read from it: again when it is refused. */
  let token: string;
  beforeEach(async () => {
    file = token = 'crew-token';
    crew = await startCrewHarness({
      amp: { scenario: { polls: 6 } },
      crew: {
        token: (refused) => {
          if (refused !== undefined) token = file;
          return Promise.resolve(token);
        },
      },
    });
  });
  afterEach(() => crew.stop());

  it('puts the run on hold until it is mended at the worker; then the run completes', async () => {
    const handle = await crew.start(input);
    await progressUntil(handle, ({ polls }) => polls > 0);
    crew.amp.token = 'rotated-token';
    const onHold = await progressUntil(handle, ({ phase }) => phase === 'onHold');
    expect(onHold.lastError).toContain('HTTP 401');
    expect(onHold.lastError).toContain('the API refuses the token');
    expect(onHold.status).toBe('running');
    await progressUntil(handle, ({ polls }) => polls > onHold.polls + 2);

    file = 'rotated-token';
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(await handle.query('progress')).toMatchObject({ phase: 'done', lastError: null });
    expect(crew.amp.ledger.kickoffs).toHaveLength(1);
  });

  it('is not noticed when the worker has another one already', async () => {
    const handle = await crew.start(input);
    await progressUntil(handle, ({ polls }) => polls > 0);
    file = 'rotated-token';
    crew.amp.token = 'rotated-token';
    const { kickoffId } = await handle.result();
    const refused = crew.amp.ledger.pollsOf(kickoffId).filter((poll) => poll.httpStatus === 401);
    expect(refused).toHaveLength(1);
    expect(await handle.query('progress')).toMatchObject({ phase: 'done', lastError: null });
  });

  it('holds the run by a 403 as well, and does not hold up the timeout', async () => {
    crew.amp.faults.status = { status: 403, body: { detail: 'Forbidden for crew-token' } };
    const handle = await crew.start({ ...input, timeout: '2s' });
    const { lastError } = await progressUntil(handle, ({ phase }) => phase === 'onHold');
    expect(lastError).toContain('HTTP 403: Forbidden for');
    expect(lastError).not.toContain('crew-token');
    const failure = await failureOf(handle);
    const [kickoff] = crew.amp.ledger.kickoffs;
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain('HTTP 403');
    expect(failure.details).toEqual([{ kickoffId: kickoff?.kickoffId, crew: 'default' }]);
  });

  it('leaves the run as it was when it is cancelled meanwhile', async () => {
    const handle = await crew.start(input);
    await progressUntil(handle, ({ polls }) => polls > 0);
    crew.amp.token = 'rotated-token';
    const { kickoffId } = await progressUntil(handle, ({ phase }) => phase === 'onHold');
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await handle.query('progress')).toMatchObject({ phase: 'done', kickoffId });
  });

  it('never stands in history', async () => {
    crew.amp.faults.status = [null, { status: 401, body: { detail: 'Bad: Bearer crew-token' } }];
    const handle = await crew.start(input);
    await handle.result();
    const history = JSON.stringify(await handle.fetchHistory(), toReadable);
    expect(history).toContain('the API refuses');
    expect(history).not.toContain('crew-token');
  });
});
