import { describe, expect, it } from 'vitest';
import type { RunSettings } from '../../src/contract.js';
import { toDetails, toPollSummary } from '../../src/workflows/display.js';
import type { RunState } from '../../src/workflows/run-state.js';
import { createRunState } from '../../src/workflows/run-state.js';

const MINUTE = 60_000;
const settings: RunSettings = {
  crew: 'researchers',
  initialIntervalMs: 2_000,
  backoffCoefficient: 1.1,
  maximumIntervalMs: 30_000,
  timeoutMs: 60 * MINUTE,
  adoptionWindowMs: 10 * MINUTE,
  notFoundGraceMs: 10 * MINUTE,
  onCrewError: 'return',
  kickoffId: null,
  kickoffTimeoutMs: 60_000,
};
const createRun = (fields: Partial<RunState> = {}): RunState => ({
  ...createRunState(),
  settings,
  timeoutAt: 60 * MINUTE,
  ...fields,
});
const polling = { phase: 'polling', kickoffId: 'kickoff-1', status: 'running', polls: 3 } as const;

describe('the details of a run', () => {
  it.each<[string, Partial<RunState>, string[]]>([
    [
      'before its input is checked',
      { settings: null },
      ['- **Crew** not checked yet: kicking off', '- **kickoffId** not known yet'],
    ],
    [
      'whose kickoff was not acted on',
      {
        kickoffsNotActedOn: 2,
        kickoffNotBefore: 5 * MINUTE,
        lastError: 'connect ECONNREFUSED',
      },
      [
        '- **Crew** `researchers`: kickoff not acted on 2 times, nothing started yet',
        '- **kickoffId** not known yet',
        '- **Next** kickoff at 1970-01-01T00:05:00.000Z, at the latest until 1970-01-01T01:00:00.000Z',
        '- **Last error** connect ECONNREFUSED',
      ],
    ],
    [
      'whose kickoff has an unknown outcome',
      { phase: 'kickoffUnknown', kickoffUnknownSince: 5 * MINUTE, lastError: 'socket hang up' },
      [
        '- **Crew** `researchers`: **nobody knows whether the kickoff was acted on**',
        '- **kickoffId** not known yet',
        '- **Next** fails at 1970-01-01T00:15:00.000Z unless it is resolved',
        '- **Last error** socket hang up',
        '- **What to do** look in AMP for a run whose `meta.temporal.workflowId` is `run-1`',
        '- If there is one: `temporal-crewai adopt run-1 KICKOFF_ID` (update `adoptKickoff`)',
        '- If there is none: `temporal-crewai retry-kickoff run-1` (update `retryKickoff`)',
      ],
    ],
    [
      'that waits for its next poll',
      {
        ...polling,
        completedTasks: 1,
        totalTasks: 3,
        currentTask: 'analysis_task',
        nextPollAt: 5 * MINUTE,
      },
      [
        '- **Crew** `researchers`: running 1/3, at `analysis_task`',
        '- **kickoffId** `kickoff-1`',
        '- **Next** poll 4 at 1970-01-01T00:05:00.000Z, at the latest until 1970-01-01T01:00:00.000Z',
      ],
    ],
    [
      'whose API is down',
      { ...polling, lastError: 'connect ECONNREFUSED' },
      [
        '- **Crew** `researchers`: running',
        '- **kickoffId** `kickoff-1`',
        '- **Next** poll under way, at the latest until 1970-01-01T01:00:00.000Z',
        '- **Last error** connect ECONNREFUSED',
      ],
    ],
    [
      'whose token is refused',
      { ...polling, phase: 'onHold', nextPollAt: 5 * MINUTE, lastError: 'HTTP 401' },
      [
        '- **Crew** `researchers`: **on hold: the API refuses the token**; mend the token at the worker',
        '- **kickoffId** `kickoff-1`',
        '- **Next** poll 4 at 1970-01-01T00:05:00.000Z, at the latest until 1970-01-01T01:00:00.000Z',
        '- **Last error** HTTP 401',
      ],
    ],
    [
      'that waits for a person',
      { ...polling, phase: 'waitingForFeedback', currentTask: 'review', timeoutAt: null },
      [
        '- **Crew** `researchers`: waits for a person, at `review`',
        '- **kickoffId** `kickoff-1`',
        '- **Next** poll under way',
      ],
    ],
    [
      'whose result is read',
      { ...polling, phase: 'collecting', status: 'completed' },
      ['- **Crew** `researchers`: completed, reading the result', '- **kickoffId** `kickoff-1`'],
    ],
    [
      'that is over',
      { ...polling, phase: 'done', status: 'error' },
      ['- **Crew** `researchers`: error', '- **kickoffId** `kickoff-1`'],
    ],
  ])('%s', (_, fields, lines) => {
    expect(toDetails(createRun(fields), 'run-1').split('\n')).toEqual(lines);
  });

  it('keeps the words of others from acting as Markdown', () => {
    const run = createRun({
      ...polling,
      currentTask: '`a`\n# b',
      lastError: '# <b>HTTP 500</b>\n- [click](https://example.com) | *x*',
    });
    const lines = toDetails(run, 'run-1').split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe("- **Crew** `researchers`: running, at `'a' # b`");
    expect(lines[3]).toBe(
      '- **Last error** \\# \\<b\\>HTTP 500\\</b\\> - \\[click\\](https://example.com) \\| \\*x\\*',
    );
  });
});

describe('the summary of a wait for the next poll', () => {
  it.each<[Partial<RunState>, string]>([
    [{ polls: 0 }, 'before the first poll'],
    [{ polls: 7, status: 'running', completedTasks: 1, totalTasks: 3 }, 'poll 7 · running 1/3'],
    [{ polls: 7, status: 'running', completedTasks: 1 }, 'poll 7 · running 1/?'],
    [{ polls: 1, status: 'pending' }, 'poll 1 · pending'],
    [{ polls: 1 }, 'poll 1 · not polled yet'],
  ])('%o: %s', (fields, summary) => {
    expect(toPollSummary(createRun(fields))).toBe(summary);
  });
});
