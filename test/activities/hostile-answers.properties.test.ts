import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities, type CrewActivityWorker } from '../../src/activities/index.js';
import { CREW_STATUSES } from '../../src/contract.js';
import { anyText, deepJsonText, jsonText, mangled } from '../support/hostile-json.js';
import { OUTPUT_FIELDS } from '../support/output-fields.js';
import { holdsForAsync } from '../support/properties.js';
import { STATUS_EXAMPLES } from '../support/status-examples.js';

const KICKOFF_ID = 'kickoff-1';
const REQUEST = { crew: 'default', kickoffId: KICKOFF_ID };

interface Answer {
  httpStatus: number;
  body: string;
}
const body = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...STATUS_EXAMPLES).chain(mangled) },
  { weight: 3, arbitrary: jsonText },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: deepJsonText },
);
const answer: fc.Arbitrary<Answer> = fc.record({
  httpStatus: fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 206, 301, 400, 401, 403, 404, 410, 422, 429, 500, 502, 503),
  ),
  body,
});

/** Failures are what is tried here. */
const logger = new DefaultLogger('ERROR');
/** Answers every request in the same way. */
let next: Answer = { httpStatus: 200, body: '' };
let server: Server;
let worker: CrewActivityWorker;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(next.httpStatus, { 'content-type': 'application/json' }).end(next.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const crew = {
    name: 'default',
    url: `http://127.0.0.1:${port}`,
    kickoffTimeoutMs: 2_000,
    token: () => Promise.resolve('crew-token'),
  };
  worker = createActivities({ crews: new Map([['default', crew]]) });
});
afterAll(async () => {
  await worker.close();
  server.closeAllConnections();
  server.close();
});

/** What an activity makes of an answer: its result, or the failure that Temporal tries again. */
async function read<T>(
  activity: (request: typeof REQUEST) => Promise<T>,
  given: Answer,
): Promise<T | ApplicationFailure> {
  next = given;
  const environment = new MockActivityEnvironment({}, { logger });
  try {
    return await environment.run(activity, REQUEST);
  } catch (error) {
    // Anything else is a crash.
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
}

/** An undefined would be gone after its way through a payload. */
function holdsUndefined(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined;
  return Object.values(value).some(holdsUndefined);
}

function expectFailure(failure: ApplicationFailure): void {
  expect(failure.type).toMatch(/^CrewAI\.(UnexpectedResponse|ResultTooLarge)$/);
  expect(failure.details?.[0]).toMatchObject({ kickoffId: KICKOFF_ID });
  expect(failure.message.length).toBeLessThan(2_000);
}

describe('whatever the API answers', () => {
  it('getStatus reports a status with all of its fields, or fails to be tried again', async () => {
    const words = new Set<string>();
    await holdsForAsync(
      600,
      fc.asyncProperty(answer, async (given) => {
        const report = await read((request) => worker.activities.getStatus(request), given);
        if (report instanceof ApplicationFailure) return expectFailure(report);
        words.add(report.status);
        expect(holdsUndefined(report)).toBe(false);
        expect(Object.keys(report).sort()).toEqual([
          'completedTasks',
          'currentTask',
          'message',
          'status',
          'tookMs',
          'totalTasks',
        ]);
        expect([...CREW_STATUSES, 'tokenRefused']).toContain(report.status);
        // Reports stand in history at each poll.
        expect(JSON.stringify(report).length).toBeLessThan(5_000);
      }),
    );
    expect([...words].sort()).toEqual([...CREW_STATUSES, 'tokenRefused'].sort());
  });

  it('collectResult returns an output with all of its fields, or says that there is none', async () => {
    let outputs = 0;
    await holdsForAsync(
      600,
      fc.asyncProperty(answer, async (given) => {
        const result = await read((request) => worker.activities.collectResult(request), given);
        if (result instanceof ApplicationFailure) return expectFailure(result);
        expect(holdsUndefined(result)).toBe(false);
        if (!result.over) return;
        outputs += 1;
        expect(Object.keys(result.output).sort()).toEqual(OUTPUT_FIELDS);
        expect(result.output.kickoffId).toBe(KICKOFF_ID);
        expect(result.output.error === null).toBe(result.output.status === 'completed');
      }),
    );
    expect(outputs).toBeGreaterThan(50);
  });
});
