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
      { settings: null, timeoutAt: null },
      [
        '- **Crew:** not checked yet',
        '- **Status:** kicking off',
        '- **kickoffId:** not known',
        '- **Next:** the input is checked',
      ],
    ],
    [
      'whose kickoff is under way',
      {},
      [
        '- **Crew:** `researchers`',
        '- **Status:** kicking off',
        '- **kickoffId:** not known',
        '- **Next:** the API answers the kickoff',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'whose kickoff was not acted on',
      {
        kickoffsNotActedOn: 2,
        kickoffNotBefore: 5 * MINUTE,
        lastError: 'connect ECONNREFUSED',
      },
      [
        '- **Crew:** `researchers`',
        '- **Status:** kickoff not acted on 2 times, nothing started yet',
        '- **kickoffId:** not known',
        '- **Next:** kickoff at 1970-01-01 00:05:00 UTC',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
        '- **Last error:** connect ECONNREFUSED',
      ],
    ],
    [
      'whose kickoff has an unknown outcome',
      { phase: 'kickoffUnknown', kickoffUnknownSince: 5 * MINUTE, lastError: 'socket hang up' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** kickoff outcome unknown, the crew may be running or not',
        '- **kickoffId:** not known',
        '- **Next:** fails at 1970-01-01 00:15:00 UTC unless a person resolves it',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
        '- **Last error:** socket hang up',
        '- **What to do:** look in AMP for a run whose `meta.temporal.workflowId` is `run-1`',
        '- **It is there:** `temporal-crewai adopt run-1 KICKOFF_ID`',
        '- **It is not there:** `temporal-crewai retry-kickoff run-1`',
      ],
    ],
    [
      'whose kickoff has an unknown outcome until its timeout, which comes first',
      { phase: 'kickoffUnknown', kickoffUnknownSince: 55 * MINUTE },
      [
        '- **Crew:** `researchers`',
        '- **Status:** kickoff outcome unknown, the crew may be running or not',
        '- **kickoffId:** not known',
        '- **Next:** fails at 1970-01-01 01:00:00 UTC unless a person resolves it',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
        '- **What to do:** look in AMP for a run whose `meta.temporal.workflowId` is `run-1`',
        '- **It is there:** `temporal-crewai adopt run-1 KICKOFF_ID`',
        '- **It is not there:** `temporal-crewai retry-kickoff run-1`',
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
        '- **Crew:** `researchers`',
        '- **Status:** running, 1 of 3 tasks done, now `analysis_task`',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 at 1970-01-01 00:05:00 UTC',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'that is being polled',
      polling,
      [
        '- **Crew:** `researchers`',
        '- **Status:** running',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 is under way',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'whose API is down',
      { ...polling, slow: true, lastError: 'connect ECONNREFUSED' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** running',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 is tried until the API answers; see Pending Activities',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
        '- **Last error:** connect ECONNREFUSED',
      ],
    ],
    [
      'whose token is refused',
      { ...polling, phase: 'onHold', nextPollAt: 5 * MINUTE, lastError: 'HTTP 401' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** on hold, the API refuses the token: mend it at the worker',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 at 1970-01-01 00:05:00 UTC',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
        '- **Last error:** HTTP 401',
      ],
    ],
    [
      'whose own token is refused',
      { ...polling, phase: 'onHold', nextPollAt: 5 * MINUTE, sealedToken: 'eyJ…' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** on hold, the token that the run brought along is refused: give it a new one',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 at 1970-01-01 00:05:00 UTC',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'that waits for a person',
      {
        ...polling,
        phase: 'waitingForFeedback',
        currentTask: 'review',
        nextPollAt: 5 * MINUTE,
      },
      [
        '- **Crew:** `researchers`',
        '- **Status:** waits for a person, now `review`',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** poll 4 at 1970-01-01 00:05:00 UTC',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'whose result is read',
      { ...polling, phase: 'collecting', status: 'completed' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** completed',
        '- **kickoffId:** `kickoff-1`',
        '- **Next:** the result is read',
        '- **Timeout:** 1970-01-01 01:00:00 UTC',
      ],
    ],
    [
      'whose crew is over',
      { ...polling, phase: 'done', status: 'error', polls: 1 },
      [
        '- **Crew:** `researchers`',
        '- **Status:** error after 1 poll',
        '- **kickoffId:** `kickoff-1`',
      ],
    ],
    [
      'that is over before its crew is',
      { ...polling, phase: 'done', lastError: 'Cancelled; run kickoff-1 of the crew goes on' },
      [
        '- **Crew:** `researchers`',
        '- **Status:** no longer watched; last running',
        '- **kickoffId:** `kickoff-1`',
        '- **Last error:** Cancelled; run kickoff-1 of the crew goes on',
      ],
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
    expect(lines).toHaveLength(6);
    expect(lines[1]).toBe("- **Status:** running, now `'a' # b`");
    expect(lines[5]).toBe(
      '- **Last error:** \\# \\<b\\>HTTP 500\\</b\\> - \\[click\\](https://example.com) \\| \\*x\\*',
    );
  });
});

describe('the summary of a wait for the next poll', () => {
  it.each<[Partial<RunState>, string]>([
    [{ polls: 0, kickoffId: 'kickoff-1' }, 'kickoffId kickoff-1'],
    [{ polls: 0, kickoffId: '𝕜'.repeat(200) }, `kickoffId ${'𝕜'.repeat(80)}…`],
    [{ polls: 7, status: 'running', completedTasks: 1, totalTasks: 3 }, 'poll 7 · running 1/3'],
    [{ polls: 7, status: 'running', completedTasks: 1 }, 'poll 7 · running 1/?'],
    [{ polls: 1, status: 'pending' }, 'poll 1 · pending'],
    [{ polls: 1 }, 'poll 1 · not polled yet'],
  ])('%o: %s', (fields, summary) => {
    expect(toPollSummary(createRun(fields))).toBe(summary);
  });
});
