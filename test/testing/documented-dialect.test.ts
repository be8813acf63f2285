import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/testing/index.js';
import { call, kickoff } from './call.js';
import { createClock, start } from './running-amp.js';

const TRAVEL_CREW: Scenario = {
  tasks: [
    {
      name: 'research_task',
      agent: 'Travel Researcher',
      durationMs: 45_200,
      output: 'Research findings on tech destinations in Japan...',
    },
    {
      name: 'planning_task',
      agent: 'Trip Planner',
      durationMs: 62_800,
      output: '7-day detailed itinerary with activities and recommendations...',
    },
  ],
  pendingMs: 500,
  output: 'Comprehensive travel itinerary for 7 days in Japan...',
};

const startDocumented = (scenario: Scenario, now: () => number) =>
  start({ dialect: 'documented', scenario, now, requiredInputs: ['budget', 'interests'] });

const INPUTS = { budget: '1000 USD', interests: 'games' };

describe('the documented dialect', () => {
  test('a run: running while it is queued, then task by task, then completed', async () => {
    const clock = createClock();
    const amp = await startDocumented(TRAVEL_CREW, clock.now);
    const id = await kickoff(amp, INPUTS);

    const queued = await call(amp, `GET /status/${id}`);
    expect(queued).toMatchObject({ status: 200, type: 'application/json' });
    expect(queued.body).toStrictEqual({
      status: 'running',
      current_task: 'research_task',
      progress: { completed_tasks: 0, total_tasks: 2 },
    });

    clock.advance(500 + 45_200);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      status: 'running',
      current_task: 'planning_task',
      progress: { completed_tasks: 1, total_tasks: 2 },
    });

    clock.advance(62_800);
    const completed = {
      status: 'completed',
      result: {
        output: 'Comprehensive travel itinerary for 7 days in Japan...',
        tasks: [
          {
            task_id: 'research_task',
            output: 'Research findings on tech destinations in Japan...',
            agent: 'Travel Researcher',
            execution_time: 45.2,
          },
          {
            task_id: 'planning_task',
            output: '7-day detailed itinerary with activities and recommendations...',
            agent: 'Trip Planner',
            execution_time: 62.8,
          },
        ],
      },
      execution_time: 108,
    };
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual(completed);

    clock.advance(3_600_000);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual(completed);
  });

  test('a run that ends in error', async () => {
    const clock = createClock();
    const error = 'Task execution failed: Invalid API key for external service';
    const amp = await startDocumented(
      { tasks: [{ name: 'research_task', durationMs: 23_100 }], outcome: 'error', error },
      clock.now,
    );
    const id = await kickoff(amp, INPUTS);
    clock.advance(23_100);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      status: 'error',
      error,
      execution_time: 23.1,
    });
  });

  test('a run that was cancelled is an error: the enum has no other word', async () => {
    const clock = createClock();
    const amp = await startDocumented({ outcome: 'cancelled' }, clock.now);
    const id = await kickoff(amp, INPUTS);
    clock.advance(3_000);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      status: 'error',
      error: 'Execution was cancelled',
      execution_time: 3,
    });
  });

  test('a run that waits for a person', async () => {
    const clock = createClock();
    const amp = await startDocumented({ waiting: { afterTasks: 1 } }, clock.now);
    const id = await kickoff(amp, INPUTS);
    clock.advance(3_600_000);
    expect((await call(amp, `GET /status/${id}`)).body).toStrictEqual({
      status: 'pending human input',
      current_task: 'analysis_task',
      progress: { completed_tasks: 1, total_tasks: 3 },
    });
  });

  test('the kickoff answers 200 with the id alone, the inputs with their names alone', async () => {
    const amp = await startDocumented({}, Date.now);
    const accepted = await call(amp, 'POST /kickoff', { body: { inputs: INPUTS } });
    expect(accepted).toMatchObject({ status: 200, type: 'application/json' });
    expect(accepted.body).toStrictEqual({ kickoff_id: amp.ledger.kickoffs[0]?.kickoffId });
    const inputs = await call(amp, 'GET /inputs');
    expect(inputs).toMatchObject({ status: 200, body: { inputs: ['budget', 'interests'] } });
  });

  describe('refusals', () => {
    const kickoffRefusals = [
      {
        case: 'inputs that are missing',
        body: { inputs: {} },
        status: 422,
        answer: {
          error: 'Validation Error',
          message: 'Missing required inputs',
          details: { missing_inputs: ['budget', 'interests'] },
        },
      },
      {
        case: 'no inputs at all',
        body: { meta: {} },
        status: 400,
        answer: { error: 'Invalid Request', message: 'inputs is required' },
      },
      {
        case: 'fields of the wrong type',
        body: { inputs: 'budget', crewWebhookUrl: 4 },
        status: 400,
        answer: {
          error: 'Invalid Request',
          message: 'inputs must be an object; crewWebhookUrl must be a string',
        },
      },
      {
        case: 'a body that is not JSON',
        body: 'inputs=budget',
        status: 400,
        answer: { error: 'Invalid Request', message: 'Request body is not valid JSON' },
      },
    ];
    test.each(kickoffRefusals)('of $case: $status', async ({ body, status, answer }) => {
      const amp = await startDocumented({}, Date.now);
      const received = await call(amp, 'POST /kickoff', { body });
      expect(received).toMatchObject({ status, type: 'application/json' });
      expect(received.body).toStrictEqual(answer);
      expect(amp.ledger.kickoffs).toHaveLength(0);
    });

    test.each(['GET /inputs', 'POST /kickoff', 'GET /status/any'] as const)(
      'of a bad or absent token at %s: 401',
      async (route) => {
        const amp = await startDocumented({}, Date.now);
        for (const token of ['wrong', null]) {
          const received = await call(amp, route, {
            token,
            ...(route === 'POST /kickoff' ? { body: { inputs: INPUTS } } : {}),
          });
          expect(received.status).toBe(401);
          expect(received.body).toStrictEqual({
            error: 'Unauthorized',
            message: 'Invalid or missing bearer token',
          });
        }
      },
    );

    test('of an id it does not know: 404', async () => {
      const amp = await startDocumented({}, Date.now);
      const received = await call(amp, 'GET /status/abcd%2F1234');
      expect(received.status).toBe(404);
      expect(received.body).toStrictEqual({
        error: 'Execution not found',
        message: 'No execution found with ID: abcd/1234',
      });
    });

    test('of what it does not offer: 404', async () => {
      const amp = await startDocumented({}, Date.now);
      for (const route of ['GET /', 'POST /resume', 'POST /stop/any', 'GET /kickoff'] as const) {
        const received = await call(amp, route);
        expect(received.status).toBe(404);
        expect(received.body).toStrictEqual({
          error: 'Not Found',
          message: 'The requested resource was not found',
        });
      }
    });
  });
});
