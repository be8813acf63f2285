import { describe, expect, test } from 'vitest';
import { RUN_STATES, type Scenario } from '../../src/testing/index.js';
import { call, kickoff, poll } from './call.js';
import { createClock, start } from './running-amp.js';

/** The status words of a run at the given times after its kickoff. */
async function wordsAt(scenario: Scenario, timesMs: number[]): Promise<unknown[]> {
  const clock = createClock();
  const amp = await start({ scenario, now: clock.now });
  const id = await kickoff(amp);
  const words: unknown[] = [];
  let atMs = 0;
  for (const timeMs of timesMs) {
    clock.advance(timeMs - atMs);
    atMs = timeMs;
    words.push(await poll(amp, id));
  }
  return words;
}

/** The status words of a run's first polls, while its clock stands still. */
async function wordsOf(scenario: Scenario, polls: number): Promise<unknown[]> {
  return wordsAt(
    scenario,
    Array.from({ length: polls }, () => 0),
  );
}

describe('a scenario by time', () => {
  test('by default is a crew of three tasks of a second each, that completes', async () => {
    expect(await wordsAt({}, [0, 999, 1_000, 2_999, 3_000])).toEqual([
      'STARTED',
      'STARTED',
      'RUNNING',
      'RUNNING',
      'SUCCESS',
    ]);
  });

  test('is not known to the API for a moment after its kickoff', async () => {
    expect(await wordsAt({ notFoundForMs: 500 }, [0, 499, 500])).toEqual([
      'NOT FOUND',
      'NOT FOUND',
      'STARTED',
    ]);
  });

  test('vanishes', async () => {
    expect(await wordsAt({ vanishAfterMs: 1_500 }, [1_499, 1_500, 9_000])).toEqual([
      'RUNNING',
      'NOT FOUND',
      'NOT FOUND',
    ]);
  });

  test('waits for a person for a while, before its first task or after its last', async () => {
    const before = { waiting: { afterTasks: 0, forMs: 100 }, tasks: [{ name: 'only' }] };
    expect(await wordsAt(before, [0, 99, 100, 1_099, 1_100])).toEqual([
      'PAUSED',
      'PAUSED',
      'STARTED',
      'STARTED',
      'SUCCESS',
    ]);
    const after = { waiting: { afterTasks: 1, forMs: 100 }, tasks: [{ name: 'only' }] };
    expect(await wordsAt(after, [0, 999, 1_000, 1_099, 1_100])).toEqual([
      'STARTED',
      'STARTED',
      'PAUSED',
      'PAUSED',
      'SUCCESS',
    ]);
  });

  test('takes no time where its tasks take none', async () => {
    expect(await wordsAt({ tasks: [{ name: 'only', durationMs: 0 }] }, [0])).toEqual(['SUCCESS']);
  });
});

describe('a scenario by polls', () => {
  test('shows its outcome at exactly that poll and ever after', async () => {
    const words = await wordsOf({ polls: 10 }, 12);
    expect(words.indexOf('SUCCESS')).toBe(9);
    expect(words.slice(9)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  });

  test.each(['error', 'cancelled'] as const)('may end as %s', async (outcome) => {
    const [first, second] = await wordsOf({ polls: 2, outcome }, 2);
    expect(first).toBe('RUNNING');
    expect(second).toBe({ error: 'FAILED', cancelled: 'REVOKED' }[outcome]);
  });

  test('may end at the first poll', async () => {
    expect(await wordsOf({ polls: 1 }, 2)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  test('works with tasks that take no time', async () => {
    const tasks = [{ name: 'only', durationMs: 0 }];
    expect(await wordsOf({ polls: 3, tasks }, 3)).toEqual(['STARTED', 'STARTED', 'SUCCESS']);
  });

  test('does not count polls that met a fault, but counts late ones', async () => {
    const amp = await start({ scenario: { polls: 2 } });
    const id = await kickoff(amp);
    amp.faults.status = [{ status: 500 }, { word: 'NEW' }, { delayMs: 1 }];
    for (let n = 1; n <= 4; n += 1) await call(amp, `GET /status/${id}`);
    expect(amp.ledger.polls.map((request) => [request.answered, request.step])).toEqual([
      ['fault: status 500', null],
      ['NEW', null],
      ['RUNNING', 1],
      ['SUCCESS', 2],
    ]);
  });
});

describe('a scenario by a list of statuses', () => {
  test('answers them in turn, the last one again and again', async () => {
    const statuses = ['notFound', 'pending', 'running', 'waiting', 'completed'] as const;
    expect(await wordsOf({ statuses: [...statuses] }, 7)).toEqual([
      'NOT FOUND',
      'PENDING',
      'RUNNING',
      'PAUSED',
      'SUCCESS',
      'SUCCESS',
      'SUCCESS',
    ]);
  });

  test('may have a fault in any place', async () => {
    const amp = await start({
      dialect: 'documented',
      scenario: {
        statuses: [{ word: 'retrying' }, { status: 503, body: { error: 'Busy' } }, 'error'],
      },
    });
    const id = await kickoff(amp);
    expect(await call(amp, `GET /status/${id}`)).toMatchObject({ body: { status: 'retrying' } });
    expect(await call(amp, `GET /status/${id}`)).toMatchObject({
      status: 503,
      body: { error: 'Busy' },
    });
    expect(await call(amp, `GET /status/${id}`)).toMatchObject({ body: { status: 'error' } });
  });

  test.each(RUN_STATES)('may be %s from the first', async (state) => {
    const [word] = await wordsOf({ statuses: [state] }, 1);
    expect(word).toBe(
      {
        pending: 'PENDING',
        running: 'STARTED',
        waiting: 'PAUSED',
        completed: 'SUCCESS',
        error: 'FAILED',
        cancelled: 'REVOKED',
        notFound: 'NOT FOUND',
      }[state],
    );
  });
});

describe('choosing a scenario', () => {
  test('may be done by the inputs, the meta and the number of the kickoff', async () => {
    const amp = await start({
      scenario: ({ inputs, meta, n }) => ({
        statuses: ['completed'],
        output: `${n}: ${String(inputs['topic'])} for ${String(meta?.['customer'])}`,
      }),
    });
    await kickoff(amp, { topic: 'a' }, { customer: 'x' });
    const id = await kickoff(amp, { topic: 'b' }, { customer: 'y' });
    expect(await call(amp, `GET /status/${id}`)).toMatchObject({ body: { result: '2: b for y' } });
  });

  test('the default crew writes about the topic, and ends as `inputs.outcome` says', async () => {
    const clock = createClock();
    const amp = await start({ now: clock.now });
    const good = await kickoff(amp, { topic: 'tides' });
    const bad = await kickoff(amp, { topic: 'tides', outcome: 'error' });
    clock.advance(3_000);
    expect(await call(amp, `GET /status/${good}`)).toMatchObject({
      body: { state: 'SUCCESS', result: expect.stringContaining('tides') as unknown },
    });
    expect(await poll(amp, bad)).toBe('FAILED');
  });

  test('a function that throws is answered 500 with its reason, and starts nothing', async () => {
    const amp = await start({
      scenario: () => {
        throw new Error('no scenario for these inputs');
      },
    });
    expect(await call(amp, 'POST /kickoff', { body: { inputs: {} } })).toMatchObject({
      status: 500,
      body: 'The simulated AMP could not answer: no scenario for these inputs\n',
    });
    expect(amp.ledger.kickoffs).toHaveLength(0);
  });

  test.each([
    { scenario: { tasks: [] }, message: /at least one task/ },
    { scenario: { statuses: [] }, message: /statuses is empty/ },
    { scenario: { polls: 0 }, message: /polls is 0/ },
    { scenario: { polls: 1, statuses: ['completed'] }, message: /give one/ },
  ] satisfies { scenario: Scenario; message: RegExp }[])(
    'one that cannot be played is refused at the start: $message',
    async ({ scenario, message }) => {
      await expect(start({ scenario })).rejects.toThrow(message);
    },
  );
});
