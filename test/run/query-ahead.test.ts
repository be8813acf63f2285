import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { KickoffOutcome } from '../../src/contract.js';
import { UPDATES } from '../../src/contract.js';
import { isAhead } from '../../src/workflows/not-ahead-of-history.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { progressUntil, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

/** Which comes first at a new worker, the query or the workflow task, is up to the server: both do. */
const RUNS = 20;
/** The kickoffs are this test's own to answer. */
const worker = { enableNonLocalActivities: false } as const;
const unknown: KickoffOutcome = { outcome: 'unknown', reason: 'no answer', runId: null };
const refused: KickoffOutcome = {
  outcome: 'refused',
  reason: 'not now',
  httpStatus: 400,
  missingInputs: [],
};

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});
afterAll(() => connection.close());

it('a query that was waiting for a worker when news came does not carry its run ahead', async () => {
  const first = await startCrewHarness({ worker });
  const { taskQueue } = first;
  const started = await Promise.all(
    Array.from({ length: RUNS }, () => first.start({ inputs: { topic: 'AI' } })),
  );
  const handles: CrewRunHandle[] = started.map((handle) => ({
    ...handle,
    ...client.workflow.getHandle(handle.workflowId),
  }));
  const kickoffs = await takeKickoffs(taskQueue);
  await first.stop();

  const queries = handles.map((handle) => handle.query('progress').catch(String));
  await untilServerHasRead(handles);
  await complete(kickoffs, unknown);
  const updates = handles.map((handle) => retryKickoff(handle).catch(String));
  await untilServerHasRead(handles);
  const second = await startCrewHarness({ taskQueue, worker });
  expect(await Promise.all(queries)).toContainEqual(expect.stringContaining('ask again'));
  await Promise.all(updates);
  await Promise.all(
    handles.map(async (handle) => {
      const { phase } = await progressUntil(handle, ({ lastError }) => lastError !== null);
      if (phase === 'kickoffUnknown') await retryKickoff(handle);
    }),
  );

  const retried = await takeKickoffs(taskQueue);
  // From here on all that they have done is replayed.
  await second.replaceWorker();
  await complete(retried, refused);
  for (const handle of handles) {
    expect(await failureOf(handle)).toMatchObject({ type: 'CrewAI.KickoffRejected' });
  }
  await second.stop();
});

it.each([
  ['the next workflow task', { historyLength: 14, historySizeBytes: 3_000 }, false],
  [
    'the same one, gone on by a local activity',
    { historyLength: 10, historySizeBytes: 2_000 },
    false,
  ],
  ['news without a task', { historyLength: 13, historySizeBytes: 2_000 }, true],
])('tells %s', (_what, now, ahead) => {
  expect(isAhead(now, { historyLength: 10, historySizeBytes: 2_000 })).toBe(ahead);
});

it('believes no server that does not tell sizes', () => {
  const sizeless = (historyLength: number) => ({ historyLength, historySizeBytes: 0 });
  expect(isAhead(sizeless(14), sizeless(10))).toBe(false);
});

function takeKickoffs(taskQueue: string): Promise<Uint8Array[]> {
  const take = async () => {
    const { taskToken } = await client.workflowService.pollActivityTaskQueue({
      namespace: 'default',
      taskQueue: { name: taskQueue },
      identity: 'test',
    });
    return taskToken;
  };
  // The server takes no poll without a time.
  return client.withDeadline(Date.now() + 60_000, () =>
    Promise.all(Array.from({ length: RUNS }, take)),
  );
}

function complete(kickoffs: Uint8Array[], outcome: KickoffOutcome) {
  return Promise.all(kickoffs.map((taskToken) => client.activity.complete(taskToken, outcome)));
}

function retryKickoff(handle: CrewRunHandle) {
  return handle.executeUpdate(UPDATES.retryKickoff, { args: [{}] });
}

/** What was sent before has arrived by then: it went out first. */
function untilServerHasRead(handles: CrewRunHandle[]) {
  return Promise.all(handles.map((handle) => handle.describe()));
}
