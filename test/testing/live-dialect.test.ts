import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/testing/index.js';
import { call, kickoff } from './call.js';
import { createClock, start } from './running-amp.js';

const META = { requestId: 'travel-req-123' };
const STEP = { tool: null, tool_input: null, result: null, meta: META };

const CREW: Scenario = {
  tasks: [
    {
      name: 'research_task',
      description: 'Look for destinations',
      agent: 'Travel Researcher',
      durationMs: 45_200,
      output: 'Kyoto, Osaka',
    },
    {
      name: 'planning_task',
      description: 'Plan the days',
      agent: 'Trip Planner',
      durationMs: 62_800,
      output: 'Day 1: Kyoto',
    },
  ],
  pendingMs: 2_000,
  outputJson: { days: 7 },
  usageMetrics: { total_tokens: 1_234, prompt_tokens: 1_000, completion_tokens: 234 },
};

const NOT_FOUND = {
  state: 'NOT FOUND',
  status: null,
  result: null,
  result_json: null,
  usage_metrics: null,
  progress: null,
  last_executed_task: null,
  last_step: null,
  triggered_by: null,
  execution_origin: null,
  flow_id: null,
  source: null,
};

describe('the live dialect', () => {
  test('a run: pending, started, running, success', async () => {
    const clock = createClock();
    const amp = await start({ dialect: 'live', scenario: CREW, now: clock.now });
    const id = await kickoff(amp, {}, META);

    const pending = await call(amp, `GET /status/${id}`);
    expect(pending).toMatchObject({ status: 200, type: 'application/json' });
    expect(pending.body).toStrictEqual({
      ...NOT_FOUND,
      state: 'PENDING',
      status: 'Task is pending',
      execution_origin: 'api',
    });

    clock.advance(2_000 + 5_200);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      state: 'STARTED',
      status: 'Task is Running',
      result: null,
      result_json: null,
      usage_metrics: null,
      progress: {
        unit: 'task',
        completed: 0,
        total: 2,
        remaining: 2,
        current: 'research_task',
        current_agent: 'Travel Researcher',
        started_at: '2026-11-24T10:00:02.000Z',
        updated_at: '2026-11-24T10:00:02.000Z',
        duration_seconds: 5.2,
      },
      last_executed_task: null,
      last_step: {
        ...STEP,
        prompt: 'Look for destinations',
        thought: 'Working on research_task',
        kickoff_id: id,
      },
      triggered_by: null,
      execution_origin: 'api',
      flow_id: null,
      source: null,
    });

    clock.advance(50_000);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      state: 'RUNNING',
      status: 'Task is Running',
      result: null,
      result_json: null,
      usage_metrics: null,
      progress: {
        unit: 'task',
        completed: 1,
        total: 2,
        remaining: 1,
        current: 'planning_task',
        current_agent: 'Trip Planner',
        started_at: '2026-11-24T10:00:02.000Z',
        updated_at: '2026-11-24T10:00:47.200Z',
        duration_seconds: 55.2,
      },
      last_executed_task: {
        name: 'research_task',
        description: 'Look for destinations',
        output: 'Kyoto, Osaka',
        kickoff_id: id,
        meta: META,
      },
      last_step: {
        ...STEP,
        prompt: 'Plan the days',
        thought: 'Working on planning_task',
        kickoff_id: id,
      },
      triggered_by: null,
      execution_origin: 'api',
      flow_id: null,
      source: null,
    });

    clock.advance(52_800);
    const success = {
      state: 'SUCCESS',
      status: null,
      result: '{"days":7}',
      result_json: { days: 7 },
      usage_metrics: { total_tokens: 1_234, prompt_tokens: 1_000, completion_tokens: 234 },
      progress: {
        unit: 'task',
        completed: 2,
        total: 2,
        remaining: 0,
        current: null,
        current_agent: null,
        started_at: '2026-11-24T10:00:02.000Z',
        updated_at: '2026-11-24T10:01:50.000Z',
        duration_seconds: 108,
      },
      last_executed_task: {
        name: 'planning_task',
        description: 'Plan the days',
        output: 'Day 1: Kyoto',
        kickoff_id: id,
        meta: META,
      },
      last_step: {
        ...STEP,
        prompt: 'Plan the days',
        thought: 'Working on planning_task',
        kickoff_id: id,
      },
      triggered_by: null,
      execution_origin: 'api',
      flow_id: null,
      source: null,
    };
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual(success);

    clock.advance(3_600_000);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual(success);
  });

  test('a run that fails: the exception in `status`, no result, its last task not done', async () => {
    const clock = createClock();
    const error = 'Error code: 401 - Invalid API key';
    const amp = await start({
      scenario: { ...CREW, outcome: 'error', error },
      now: clock.now,
    });
    const id = await kickoff(amp, {}, META);
    clock.advance(3_600_000);
    expect((await call(amp, `GET /status/${id}`)).body).toMatchObject({
      state: 'FAILED',
      status: error,
      result: null,
      result_json: null,
      usage_metrics: null,
      progress: {
        completed: 1,
        total: 2,
        remaining: 1,
        current: 'planning_task',
        updated_at: '2026-11-24T10:00:47.200Z',
        duration_seconds: 108,
      },
      last_executed_task: { name: 'research_task' },
    });
  });

  test('a run that was cancelled', async () => {
    const clock = createClock();
    const amp = await start({ scenario: { outcome: 'cancelled' }, now: clock.now });
    const id = await kickoff(amp);
    clock.advance(3_000);
    expect((await call(amp, `GET /status/${id}`)).body).toMatchObject({
      state: 'REVOKED',
      status: 'Task is revoked',
      result: null,
    });
  });

  test.each([
    { waiting: {}, shown: { state: 'PAUSED', progress: { completed: 1, total: 3 } } },
    {
      waiting: { word: 'AWAITING_HUMAN_FEEDBACK' },
      shown: { state: 'AWAITING_HUMAN_FEEDBACK', progress: { completed: 1, total: 3 } },
    },
    { waiting: { notFound: true }, shown: NOT_FOUND },
  ])('a run that waits for a person: $shown.state', async ({ waiting, shown }) => {
    const clock = createClock();
    const amp = await start({
      scenario: { waiting: { afterTasks: 1, ...waiting } },
      now: clock.now,
    });
    const id = await kickoff(amp);
    clock.advance(3_600_000);
    expect((await call(amp, `GET /status/${id}`)).body).toMatchObject(shown);
  });

  test('a flow counts steps, and runs without its inputs on its defaults', async () => {
    const amp = await start({ kind: 'flow', requiredInputs: ['topic'] });
    expect((await call(amp, 'GET /inputs')).body).toStrictEqual({ inputs: ['topic'] });
    const id = await kickoff(amp, {});
    expect((await call(amp, `GET /status/${id}`)).body).toMatchObject({
      progress: { unit: 'step' },
    });
  });

  test('an id it does not know: 200, NOT FOUND, nothing else', async () => {
    const amp = await start();
    const received = await call(amp, 'GET /status/abcd1234-5678-90ef-ghij-klmnopqrstuv');
    expect(received.status).toBe(200);
    expect(received.body).toStrictEqual(NOT_FOUND);
  });

  test('the kickoff answers 200 with the id alone', async () => {
    const amp = await start();
    const accepted = await call(amp, 'POST /kickoff', { body: { inputs: {}, meta: null } });
    expect(accepted).toMatchObject({ status: 200, type: 'application/json' });
    expect(accepted.body).toStrictEqual({ kickoff_id: amp.ledger.kickoffs[0]?.kickoffId });
  });

  describe('refusals', () => {
    test.each([
      {
        case: 'inputs that are missing: names in a sentence',
        body: { inputs: { other: 'x' } },
        status: 422,
        answer: { detail: 'Missing inputs: budget, interests' },
      },
      {
        case: 'no inputs at all: the validator',
        body: {},
        status: 422,
        answer: {
          detail: [{ loc: ['body', 'inputs'], msg: 'Field required', type: 'missing' }],
        },
      },
      {
        case: 'fields of the wrong type: the validator',
        body: { inputs: ['budget'], meta: 'x', taskWebhookUrl: 4 },
        status: 422,
        answer: {
          detail: [
            {
              loc: ['body', 'inputs'],
              msg: 'Input should be a valid dictionary',
              type: 'dict_type',
            },
            {
              loc: ['body', 'meta'],
              msg: 'Input should be a valid dictionary',
              type: 'dict_type',
            },
            {
              loc: ['body', 'taskWebhookUrl'],
              msg: 'Input should be a valid string',
              type: 'string_type',
            },
          ],
        },
      },
      {
        case: 'a body that is JSON, but no object',
        body: [1],
        status: 422,
        answer: {
          detail: [{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'dict_type' }],
        },
      },
    ])('of $case', async ({ body, status, answer }) => {
      const amp = await start({ requiredInputs: ['budget', 'interests'] });
      const received = await call(amp, 'POST /kickoff', { body });
      expect(received).toMatchObject({ status, type: 'application/json' });
      expect(received.body).toStrictEqual(answer);
      expect(amp.ledger.kickoffs).toHaveLength(0);
    });

    test('of a body that is not JSON: 500 in plain text', async () => {
      const amp = await start();
      expect(await call(amp, 'POST /kickoff', { body: '{"inputs":' })).toMatchObject({
        status: 500,
        type: 'text/plain; charset=utf-8',
        body: 'Internal Server Error',
      });
    });

    test('of a bad or absent token: 401 with `detail`', async () => {
      const amp = await start({ token: 'right' });
      for (const token of ['wrong', null]) {
        const received = await call(amp, 'GET /inputs', { token });
        expect(received.status).toBe(401);
        expect(received.body).toStrictEqual({ detail: 'Invalid or missing bearer token' });
      }
    });

    test('of a token that was rotated in the middle of a run', async () => {
      const amp = await start({ token: 'old' });
      const id = await kickoff(amp);
      amp.token = 'new';
      expect(await call(amp, `GET /status/${id}`, { token: 'old' })).toMatchObject({ status: 401 });
      expect(await call(amp, `GET /status/${id}`)).toMatchObject({ status: 200 });
    });

    test('of what it does not offer: 404', async () => {
      const amp = await start();
      for (const route of ['GET /', 'POST /resume', 'POST /stop/any'] as const) {
        expect(await call(amp, route)).toMatchObject({
          status: 404,
          body: { detail: 'Not Found' },
        });
      }
    });
  });
});
