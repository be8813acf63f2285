import { describe, expect, it } from 'vitest';
import type { CrewRunProgress } from '../../src/contract.js';
import { createPaint } from '../../src/starter/paint.js';
import { createRunView } from '../../src/starter/run-view.js';
import type { RunView } from '../../src/starter/run-view.js';
import { toScreen, wrapProse } from '../../src/starter/screen.js';
import { toGuidance } from '../../src/starter/situation.js';
import { toStatusLine } from '../../src/starter/status-line.js';

const startedAt = new Date('2026-11-25T10:00:00Z');
const now = Date.parse('2026-11-25T10:01:12Z');

const polling: CrewRunProgress = {
  phase: 'polling',
  crew: 'research',
  kickoffId: 'k-1',
  status: 'running',
  currentTask: 'research_task',
  completedTasks: 1,
  totalTasks: 3,
  polls: 7,
  lastPollAt: '2026-11-25T10:01:08Z',
  nextPollAt: '2026-11-25T10:01:16Z',
  lastError: null,
  timeoutAt: '2026-11-26T10:00:00Z',
};

function view(progress: Partial<CrewRunProgress> | null, rest: Partial<RunView> = {}): RunView {
  const run = { workflowId: 'w-1', runId: 'r-1', startedAt, taskQueue: 'crewai', crew: 'research' };
  return {
    ...createRunView(run),
    progress: progress === null ? null : { ...polling, ...progress },
    ...rest,
  };
}

const screen = (of: RunView, columns = 80): string[] =>
  toScreen(of, { now, columns, paint: createPaint(false) });

describe('the screen of a run', () => {
  it('shows status, tasks, time waited, next poll and kickoff id', () => {
    expect(screen(view({}))).toEqual([
      '● running  ████████░░░░░░░░░░░░░░░░  1/3',
      'task       research_task',
      'waited     1m 12s of at most 1d',
      'next poll  in 4s, after 7 polls',
      'kickoff    k-1',
    ]);
  });

  it.each<[string, RunView, string[]]>([
    ['before the worker has told anything', view(null), ['● starting', 'waited     1m 12s']],
    [
      'while no worker is there',
      view(null, { worker: 'none' }),
      ['● waiting for a worker: none serves the task queue "crewai"', 'waited     1m 12s'],
    ],
    [
      'while the worker does not answer',
      view(null, { worker: 'silent' }),
      ['● waiting for the worker to answer', 'waited     1m 12s'],
    ],
  ])('%s', (_, of, lines) => {
    expect(screen(of)).toEqual(lines);
  });

  it.each<[Partial<CrewRunProgress>, string]>([
    [
      {
        phase: 'kickingOff',
        kickoffId: null,
        status: null,
        totalTasks: null,
        completedTasks: null,
      },
      '● kicking off',
    ],
    [
      { phase: 'kickoffUnknown', totalTasks: null, completedTasks: null },
      '● kickoff outcome unknown',
    ],
    [{ status: 'pending', totalTasks: null, completedTasks: null }, '● pending'],
    [{ status: 'running', totalTasks: null, completedTasks: null }, '● running'],
    [{ completedTasks: 2, totalTasks: null }, '● running  2/?'],
    [{ completedTasks: 0, totalTasks: 0 }, '● running  0/0'],
    [{ completedTasks: 9, totalTasks: 3 }, '● running  ████████████████████████  9/3'],
    [{ status: 'notFound', totalTasks: null, completedTasks: null }, '● not found by the API'],
    [
      { phase: 'onHold', totalTasks: null, completedTasks: null },
      '● on hold: the token is refused',
    ],
    [{ phase: 'collecting', totalTasks: null, completedTasks: null }, '● collecting the result'],
  ])('%j has the headline %j', (progress, headline) => {
    expect(screen(view(progress))[0]).toBe(headline);
  });

  it.each<[string, RunView, string]>([
    [
      'the server is away',
      view({}, { connected: false }),
      'lost the connection to Temporal, trying again',
    ],
    [
      'the workers are gone',
      view({}, { worker: 'none' }),
      'no worker serves the task queue "crewai": waiting for one',
    ],
    ['the worker is silent', view({}, { worker: 'silent' }), 'the worker does not answer now'],
    [
      'the worker fails at the run',
      view({}, { workerProblem: 'Workflow Task in failed state' }),
      'the worker cannot tell: Workflow Task in failed state',
    ],
    ['the last poll failed', view({ lastError: 'HTTP 503' }), 'HTTP 503'],
    [
      'an activity is tried again and again',
      view({}, { retrying: { activity: 'getStatus', attempt: 5, reason: 'HTTP 503' } }),
      'getStatus, attempt 5: HTTP 503',
    ],
  ])('tells what is wrong when %s', (_, of, trouble) => {
    expect(screen(of)).toContain(`trouble    ${trouble}`);
  });

  it.each([20, 30, 50, 80, 200])('fits %i columns', (columns) => {
    const of = view({
      currentTask: 'a very long task name '.repeat(5),
      lastError: '漢字'.repeat(200),
    });
    const lines = screen(of, columns);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('obeys nothing that the API or another client says', () => {
    const evil = 'evil\u001b[2J\u0007\u009b31m\u202e\ntask';
    const of = view(
      { currentTask: evil, kickoffId: evil, lastError: evil },
      { retrying: { activity: 'getStatus', attempt: 2, reason: evil }, taskQueue: evil },
    );
    const shown = [...screen(of), toStatusLine(of), ...toGuidance(of, () => '')].join('');
    expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('a line about a run, for logs', () => {
  it.each<[RunView, string]>([
    [view(null), 'starting'],
    [view({}), 'running 1/3 · research_task'],
    [view({ currentTask: null, lastError: 'HTTP 503' }), 'running 1/3 · HTTP 503'],
    [view(null, { worker: 'none' }), 'waiting for a worker: none serves the task queue "crewai"'],
  ])('case %#', (of, line) => {
    expect(toStatusLine(of)).toBe(line);
  });

  it('stays the same while only time passes', () => {
    const later = view({ polls: 8, nextPollAt: '2026-11-25T10:02:00Z' });
    expect(toStatusLine(later)).toBe(toStatusLine(view({})));
  });
});

describe('what a person is asked to do', () => {
  const toCommand = (words: string[]): string => `tc ${words.join(' ')}`;

  it('is nothing while the run goes on', () => {
    expect(toGuidance(view({}), toCommand)).toEqual([]);
  });

  it('is to look for a kickoff of unknown outcome, and to adopt or retry it', () => {
    const guidance = toGuidance(view({ phase: 'kickoffUnknown', kickoffId: null }), toCommand);
    expect(guidance.join('\n')).toContain('crew "research"');
    expect(guidance.join('\n')).toContain('2026-11-25 10:00 UTC');
    expect(guidance.join('\n')).toContain('meta.temporal.workflowId is w-1');
    expect(guidance).toContain('  tc adopt w-1 KICKOFF_ID');
    expect(guidance).toContain('  tc retry-kickoff w-1');
    expect(wrapProse(guidance, 30)).toContain('  tc adopt w-1 KICKOFF_ID');
  });

  it('is to mend the token of the crew that is on hold', () => {
    const guidance = toGuidance(view({ phase: 'onHold' }), toCommand);
    expect(guidance.join('\n')).toContain('Mend the token of crew "research"');
    expect(guidance.at(-1)).toContain('token replace w-1 --bearer-token-file FILE');
  });
});

/** Columns of a terminal: wide characters, of which these tests use two, take two. */
function widthOf(line: string): number {
  return Array.from(line).reduce((sum, character) => sum + ('漢字'.includes(character) ? 2 : 1), 0);
}
