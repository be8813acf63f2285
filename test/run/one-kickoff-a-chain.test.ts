import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
} from '../support/crew-harness.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

describe('one chain makes one kickoff', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 3 } } });
  });
  afterAll(() => crew.stop());
  beforeEach(() => {
    crew.amp.faults = {};
  });

  const accepted = (workflowId: string) => crew.amp.ledger.kickoffsOfWorkflow(workflowId);

  /** Resets to the point before a workflow task's end, as the Web UI does. */
  async function reset(handle: CrewRunHandle, runId: string, task: 'first' | 'last') {
    const { events } = await handle.fetchHistory();
    const ended = events?.filter((event) => event.workflowTaskCompletedEventAttributes) ?? [];
    const event = ended.at(task === 'first' ? 0 : -1);
    const { runId: newRunId } = await crew.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId, runId },
      reason: 'test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: event?.eventId ?? null,
    });
    return crew.client.workflow.getHandle(handle.workflowId, newRunId) as CrewRunHandle;
  }

  it('adopts its own kickoff when it is reset to its first workflow task while it runs', async () => {
    const handle = await crew.start({ ...input, polling: { initialInterval: '1h' } });
    const { kickoffId } = await progressUntil(handle, (progress) => progress.kickoffId !== null);
    const again = await reset(handle, handle.firstExecutionRunId, 'first');
    const progress = await progressUntil(again, ({ phase }) => phase === 'polling');
    expect(progress.kickoffId).toBe(kickoffId);
    for (const poll of [1, 2, 3]) {
      await again.signal('crewEvent', {});
      await progressUntil(again, ({ polls }) => polls >= poll);
    }
    await expect(again.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(accepted(handle.workflowId)).toHaveLength(1);
  });

  it.each(['first', 'last'] as const)(
    'delivers the same result when it is reset to its %s workflow task after its end',
    async (task) => {
      const handle = await crew.start(input);
      const output = await handle.result();
      const again = await reset(handle, handle.firstExecutionRunId, task);
      await expect(again.result()).resolves.toEqual(output);
      expect(accepted(handle.workflowId)).toHaveLength(1);
    },
  );

  it('waits as unknown when it is reset while its kickoff is under way', async () => {
    crew.amp.faults.kickoff = [{ accepted: true, hang: true }];
    const handle = await crew.start(input);
    await crew.amp.ledger.until(() => accepted(handle.workflowId).length === 1);
    const again = await reset(handle, handle.firstExecutionRunId, 'first');
    const { lastError } = await progressUntil(again, ({ phase }) => phase === 'kickoffUnknown');
    expect(lastError).toContain('reset');
    const kickoffId = accepted(handle.workflowId)[0]?.kickoffId;
    await again.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    await expect(again.result()).resolves.toMatchObject({ kickoffId });
    expect(accepted(handle.workflowId)).toHaveLength(1);
  });

  it('waits as unknown when a retry policy starts it again, and adopts the id that comes late', async () => {
    crew.amp.faults.kickoff = [{ delayMs: 1_500 }];
    const handle = await crew.start(input, {
      retry: { maximumAttempts: 2, initialInterval: 10 },
      workflowRunTimeout: '1s',
    });
    // The first run timed out; the activity that outlived it tells the second one.
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(accepted(handle.workflowId)).toHaveLength(1);
  });

  it('makes another kickoff when its workflow id is used for another chain', async () => {
    const workflowId = `run-${randomUUID()}`;
    const first = await (await crew.start(input, { workflowId })).result();
    const second = await (await crew.start(input, { workflowId })).result();
    expect(accepted(workflowId).map(({ kickoffId }) => kickoffId)).toEqual([
      first.kickoffId,
      second.kickoffId,
    ]);
    const keys = crew.amp.ledger
      .kickoffsOfWorkflow(workflowId)
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('refuses a cron schedule, whose runs are one chain', async () => {
    const handle = await crew.start(input, { cronSchedule: '@every 1s' });
    const firstRun = crew.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
    const last = await eventually(
      async () => (await firstRun.fetchHistory()).events?.at(-1),
      (event) => Boolean(event?.workflowExecutionFailedEventAttributes),
    );
    expect(last?.workflowExecutionFailedEventAttributes?.failure).toMatchObject({
      message: expect.stringContaining('Use a Temporal schedule') as string,
      applicationFailureInfo: { type: 'CrewAI.InvalidInput' },
    });
    await handle.terminate();
    expect(accepted(handle.workflowId)).toHaveLength(0);
  });
});
