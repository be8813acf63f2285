import { describe, expect, test } from 'vitest';
import { NotAStatusError, toCrewRunStatus } from '../../src/amp/index.js';

const noPosition = { currentTask: null, completedTasks: null, totalTasks: null };
const noResult = {
  output: null,
  outputJson: null,
  tasks: null,
  executionTime: null,
  usageMetrics: null,
};
const noDetails = { tasks: null, executionTime: null, usageMetrics: null };

type Row = [rule: string, body: Record<string, unknown>, expected: Record<string, unknown>];

function expectRow(...[, body, expected]: Row) {
  const status = toCrewRunStatus(body);
  expect(status).toStrictEqual({ ...expected, raw: body });
  expect(status.raw).toBe(body);
}

const documentedTask = { task_id: 't1', output: 'o', agent: 'Researcher', execution_time: 45.2 };

describe('the documented dialect, where `status` is the enum', () => {
  test.each<Row>([
    [
      'running, with its position',
      {
        status: 'running',
        current_task: 'research_task',
        progress: { completed_tasks: 1, total_tasks: 3 },
      },
      { status: 'running', currentTask: 'research_task', completedTasks: 1, totalTasks: 3 },
    ],
    [
      'completed: output and tasks are inside `result`',
      {
        status: 'completed',
        result: { output: 'Final report', tasks: [documentedTask] },
        execution_time: 108.5,
      },
      {
        status: 'completed',
        ...noResult,
        output: 'Final report',
        tasks: [documentedTask],
        executionTime: 108.5,
      },
    ],
    [
      'error, with its text and time',
      { status: 'error', error: 'Rate limit', execution_time: 23.1 },
      { status: 'error', ...noDetails, error: 'Rate limit', executionTime: 23.1 },
    ],
    ['running without any position', { status: 'running' }, { status: 'running', ...noPosition }],
    [
      'an error keeps the tasks that were done',
      { status: 'error', error: 'x', result: { output: null, tasks: [documentedTask] } },
      { status: 'error', ...noDetails, error: 'x', tasks: [documentedTask] },
    ],
    [
      'an output that is no string is written as JSON',
      { status: 'completed', result: { output: { title: 'T' } } },
      { status: 'completed', ...noResult, output: '{"title":"T"}' },
    ],
    [
      'an output of null stays null',
      { status: 'completed', result: { output: null } },
      { status: 'completed', ...noResult },
    ],
    ['completed without a result', { status: 'completed' }, { status: 'completed', ...noResult }],
    [
      'an error that is an object is written as JSON',
      { status: 'error', error: { code: 7 } },
      { status: 'error', ...noDetails, error: '{"code":7}' },
    ],
    [
      'an error without a reason says so',
      { status: 'error' },
      { status: 'error', ...noDetails, error: 'The API reports error without a reason' },
    ],
  ])('%s', expectRow);
});

const liveProgress = {
  unit: 'task',
  completed: 1,
  total: 3,
  remaining: 2,
  current: 'research_task',
  current_agent: 'Researcher',
  started_at: '2026-10-01T10:00:00Z',
  updated_at: '2026-10-01T10:00:30Z',
  duration_seconds: 30.5,
};

describe('the live dialect, where `state` is the enum and `status` a sentence', () => {
  test.each<Row>([
    [
      'PENDING',
      { state: 'PENDING', status: 'Task is pending', result: null, progress: null },
      { status: 'pending', ...noPosition },
    ],
    [
      'STARTED',
      { state: 'STARTED', status: 'Task is Running', progress: liveProgress },
      { status: 'running', currentTask: 'research_task', completedTasks: 1, totalTasks: 3 },
    ],
    [
      'RUNNING',
      { state: 'RUNNING', status: 'Task is Running', progress: liveProgress },
      { status: 'running', currentTask: 'research_task', completedTasks: 1, totalTasks: 3 },
    ],
    [
      'a flow counts steps',
      { state: 'RUNNING', progress: { unit: 'step', completed: 4, total: null, current: null } },
      { status: 'running', currentTask: null, completedTasks: 4, totalTasks: null },
    ],
    [
      'every field of `progress` may be null',
      {
        state: 'RUNNING',
        progress: Object.fromEntries(Object.keys(liveProgress).map((key) => [key, null])),
      },
      { status: 'running', ...noPosition },
    ],
    [
      '`progress` without fields',
      { state: 'RUNNING', progress: {} },
      { status: 'running', ...noPosition },
    ],
    [
      '`progress` of an unexpected type counts as absent',
      { state: 'RUNNING', progress: 'half' },
      { status: 'running', ...noPosition },
    ],
    [
      'SUCCESS, where `status` is null',
      {
        state: 'SUCCESS',
        status: null,
        result: '{"title":"T"}',
        result_json: { title: 'T' },
        usage_metrics: { total_tokens: 1200 },
        progress: { ...liveProgress, completed: 3 },
        last_executed_task: { name: 'write', output: 'an intermediate output' },
      },
      {
        status: 'completed',
        output: '{"title":"T"}',
        outputJson: { title: 'T' },
        tasks: null,
        executionTime: 30.5,
        usageMetrics: { total_tokens: 1200 },
      },
    ],
    [
      'the output is never that of `last_executed_task`',
      { state: 'SUCCESS', status: null, result: null, last_executed_task: { output: 'not this' } },
      { status: 'completed', ...noResult },
    ],
    [
      'an empty output is an output',
      { state: 'SUCCESS', result: '' },
      { status: 'completed', ...noResult, output: '' },
    ],
    [
      'a `result` that is no string is written as JSON',
      { state: 'SUCCESS', result: [1, 'two'] },
      { status: 'completed', ...noResult, output: '[1,"two"]' },
    ],
    [
      'FAILED: the exception is in `status`',
      { state: 'FAILED', status: 'ValueError: boom', result: null, progress: liveProgress },
      { status: 'error', ...noDetails, error: 'ValueError: boom', executionTime: 30.5 },
    ],
    [
      'FAILED keeps the token counts',
      { state: 'FAILED', status: 'boom', usage_metrics: { total_tokens: 7 } },
      { status: 'error', ...noDetails, error: 'boom', usageMetrics: { total_tokens: 7 } },
    ],
    [
      'FAILED without a sentence reads `error`',
      { state: 'FAILED', status: null, error: 'boom' },
      { status: 'error', ...noDetails, error: 'boom' },
    ],
    [
      'FAILED with a bare word for a sentence reads `error`',
      { state: 'FAILED', status: 'failed', error: 'boom' },
      { status: 'error', ...noDetails, error: 'boom' },
    ],
    [
      'FAILED without any reason says so',
      { state: 'FAILED', status: null },
      { status: 'error', ...noDetails, error: 'The API reports FAILED without a reason' },
    ],
    ['NOT FOUND, with a space', { state: 'NOT FOUND', status: null }, { status: 'notFound' }],
    [
      'REVOKED keeps its word',
      { state: 'REVOKED', status: 'Task was revoked', progress: liveProgress },
      { status: 'cancelled', word: 'REVOKED', executionTime: 30.5 },
    ],
    ['PAUSED', { state: 'PAUSED' }, { status: 'waiting', ...noPosition }],
    ['RETRY still runs', { state: 'RETRY' }, { status: 'running', ...noPosition }],
    [
      'FAILURE',
      { state: 'FAILURE', status: 'boom' },
      { status: 'error', ...noDetails, error: 'boom' },
    ],
  ])('%s', expectRow);
});

describe('`state` is read before `status`', () => {
  test.each<Row>([
    [
      'also when they disagree',
      { state: 'RUNNING', status: 'completed' },
      { status: 'running', ...noPosition },
    ],
    [
      'also when nobody knows its word',
      { state: 'HIBERNATING', status: 'completed' },
      { status: 'unknown', word: 'HIBERNATING', ...noPosition },
    ],
    [
      'a `state` of null counts as absent',
      { state: null, status: 'running' },
      { status: 'running', ...noPosition },
    ],
    [
      'a `state` of blanks counts as absent',
      { state: '  ', status: 'running' },
      { status: 'running', ...noPosition },
    ],
    [
      'a sentence in its place is no word, and is reported',
      { state: null, status: 'Task is Running', progress: liveProgress },
      {
        status: 'unknown',
        word: 'Task is Running',
        currentTask: 'research_task',
        completedTasks: 1,
        totalTasks: 3,
      },
    ],
  ])('%s', expectRow);
});

describe('words are compared without case, surrounding space, and space or underscore', () => {
  test.each([
    ['success', 'completed'],
    ['succeeded', 'completed'],
    ['completed', 'completed'],
    ['complete', 'completed'],
    ['failed', 'error'],
    ['failure', 'error'],
    ['error', 'error'],
    ['revoked', 'cancelled'],
    ['stopped', 'cancelled'],
    ['cancelled', 'cancelled'],
    ['canceled', 'cancelled'],
    ['paused', 'waiting'],
    ['pending human input', 'waiting'],
    ['pending_human_input', 'waiting'],
    ['awaiting_human_feedback', 'waiting'],
    ['awaiting human feedback', 'waiting'],
    ['not found', 'notFound'],
    ['not_found', 'notFound'],
    ['pending', 'pending'],
    ['started', 'running'],
    ['running', 'running'],
    ['retry', 'running'],
    ['hibernating', 'unknown'],
    ['success!', 'unknown'],
  ])('%s means %s', (word, expected) => {
    for (const spelling of [word, word.toUpperCase(), ` ${word}\n`]) {
      expect(toCrewRunStatus({ state: spelling }).status).toBe(expected);
      expect(toCrewRunStatus({ status: spelling }).status).toBe(expected);
    }
  });

  test('an unknown word is reported as the API wrote it', () => {
    expect(toCrewRunStatus({ state: ' Very_Tired ' })).toMatchObject({ word: 'Very_Tired' });
  });
});

describe('a body that is no status', () => {
  test.each([
    ['null', null],
    ['text', 'running'],
    ['a list', [{ status: 'running' }]],
    ['an object without either word', {}],
    ['an error body', { detail: 'Not authenticated' }],
    ['both words null', { state: null, status: null }],
    ['a word of another type', { state: 3, status: { a: 1 } }],
  ])('%s is refused', (_name, body) => {
    expect(() => toCrewRunStatus(body)).toThrow(NotAStatusError);
  });
});
