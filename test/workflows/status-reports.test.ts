import { describe, expect, it } from 'vitest';
import type { StatusReport } from '../../src/contract.js';
import type { RunState } from '../../src/workflows/run-state.js';
import { createRunState } from '../../src/workflows/run-state.js';
import { takeReport, toVerdict } from '../../src/workflows/status-reports.js';

const GRACE_MS = 1_000;
const settings = { notFoundGraceMs: GRACE_MS };

const createRun = (fields: Partial<RunState> = {}): RunState => ({
  ...createRunState(),
  phase: 'polling',
  kickoffId: 'kickoff-1',
  ...fields,
});
const report = (status: StatusReport['status'], fields: Partial<StatusReport> = {}) => ({
  status,
  currentTask: null,
  completedTasks: null,
  totalTasks: null,
  message: null,
  tookMs: 5,
  ...fields,
});

/** Takes reports at these times, and returns the last verdict. */
function verdictAfter(run: RunState, reports: [at: number, StatusReport | null][]) {
  let verdict: ReturnType<typeof toVerdict> = 'pollOn';
  for (const [at, answer] of reports) {
    takeReport(run, answer, at);
    verdict = toVerdict(run, answer, settings, at);
  }
  return verdict;
}

describe('a status report', () => {
  it.each([
    ['pending', 'polling', null],
    ['running', 'polling', null],
    ['waiting', 'waitingForFeedback', null],
    ['completed', 'polling', null],
    ['error', 'polling', null],
    ['cancelled', 'polling', null],
    ['notFound', 'polling', 'The API does not know the run (since 1970-01-01T00:00:00.007Z)'],
    ['unknown', 'polling', 'The API answers with a status that nobody knows: "DREAMING"'],
  ] as const)('%s: phase %s, last error %s', (status, phase, lastError) => {
    const run = createRun({ lastError: 'an earlier one' });
    const message = status === 'unknown' ? 'DREAMING' : null;
    takeReport(run, report(status, { message }), 7);
    expect(run).toMatchObject({ status, phase, lastError, polls: 1, lastPollAt: 7 });
  });

  it('puts the run on hold when the token is refused, and leaves what was known', () => {
    const run = createRun({ status: 'running', currentTask: 'research' });
    takeReport(run, report('tokenRefused', { message: 'HTTP 401' }), 7);
    expect(run).toMatchObject({ phase: 'onHold', lastError: 'HTTP 401', status: 'running' });
    takeReport(run, report('running'), 8);
    expect(run).toMatchObject({ phase: 'polling', lastError: null });
  });

  it('counts a read that got no answer, and changes nothing else', () => {
    const run = createRun({ status: 'running', lastError: 'connect ECONNREFUSED' });
    takeReport(run, null, 7);
    expect(run).toEqual({
      ...createRun({ status: 'running', lastError: 'connect ECONNREFUSED' }),
      polls: 1,
      lastPollAt: 7,
    });
  });

  it('keeps the count of tasks when an answer leaves it out', () => {
    const run = createRun();
    takeReport(run, report('running', { completedTasks: 1, totalTasks: 3, currentTask: 'a' }), 1);
    takeReport(run, report('completed'), 2);
    expect(run).toMatchObject({ completedTasks: 1, totalTasks: 3, currentTask: null });
  });

  it('reports each unknown word once', () => {
    const run = createRun();
    const words = ['DREAMING', 'DREAMING', 'NAPPING', 'DREAMING'].map((message, at) =>
      takeReport(run, report('unknown', { message }), at),
    );
    expect(words).toEqual(['DREAMING', null, 'NAPPING', null]);
  });
});

describe('the verdict', () => {
  it.each([
    ['completed', 'collect'],
    ['error', 'collect'],
    ['cancelled', 'collect'],
    ['pending', 'pollOn'],
    ['running', 'pollOn'],
    ['waiting', 'pollOn'],
    ['notFound', 'pollOn'],
    ['unknown', 'pollOn'],
    ['tokenRefused', 'pollOn'],
  ] as const)('after %s: %s', (status, verdict) => {
    expect(verdictAfter(createRun(), [[0, report(status)]])).toBe(verdict);
  });

  it.each([
    ['an end counts even when the timeout has passed', 'completed', 'collect'],
    ['anything else does not', 'running', 'timedOut'],
    ['nor a refused token', 'tokenRefused', 'timedOut'],
  ] as const)('at the timeout: %s', (_, status, verdict) => {
    expect(verdictAfter(createRun({ timeoutAt: 100 }), [[100, report(status)]])).toBe(verdict);
  });

  it('at the timeout: nor an API that does not answer', () => {
    expect(verdictAfter(createRun({ timeoutAt: 100 }), [[99, null]])).toBe('pollOn');
    expect(verdictAfter(createRun({ timeoutAt: 100 }), [[100, null]])).toBe('timedOut');
  });

  const unknown = report('notFound');
  it.each<[string, string, [number, StatusReport | null][]]>([
    [
      'within the grace',
      'pollOn',
      [
        [0, unknown],
        [GRACE_MS - 1, unknown],
      ],
    ],
    [
      'for as long as the grace',
      'vanished',
      [
        [0, unknown],
        [GRACE_MS, unknown],
      ],
    ],
    [
      'again after it was known',
      'pollOn',
      [
        [0, unknown],
        [GRACE_MS - 1, report('running')],
        [GRACE_MS, unknown],
      ],
    ],
    [
      'before and after an outage',
      'vanished',
      [
        [0, unknown],
        [500, null],
        [GRACE_MS, unknown],
      ],
    ],
    [
      'while it waits for a person, however long',
      'pollOn',
      [
        [0, report('waiting')],
        [1, unknown],
        [100 * GRACE_MS, unknown],
      ],
    ],
    [
      'after it went on from waiting for a person',
      'vanished',
      [
        [0, report('waiting')],
        [1, report('running')],
        [2, unknown],
        [2 + GRACE_MS, unknown],
      ],
    ],
  ])('not found %s: %s', (_, verdict, reports) => {
    expect(verdictAfter(createRun(), reports)).toBe(verdict);
  });

  it('not found at once, where there is no grace', () => {
    const run = createRun();
    takeReport(run, unknown, 0);
    expect(toVerdict(run, unknown, { notFoundGraceMs: 0 }, 0)).toBe('vanished');
  });
});
