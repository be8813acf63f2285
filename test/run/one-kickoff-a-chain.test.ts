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
    const slow = await startCrewHarness({
      crew: { kickoffTimeoutMs: 20_000 },
      amp: { scenario: { polls: 3, kickoff: { answerAfterMs: 6_000 } } },
    });
    const handle = await slow.start(input, {
      retry: { maximumAttempts: 2, initialInterval: 10 },
      workflowRunTimeout: '5s',
    });
    // The first run times out; the activity that outlives it tells the second one.
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(slow.amp.ledger.kickoffs).toHaveLength(1);
    await slow.stop();
  });

  it('waits for its id when a retry policy starts it again: neither memo nor failure carries it', async () => {
    const handle = await crew.start(
      { ...input, polling: { initialInterval: '1h' } },
      { retry: { maximumAttempts: 2, initialInterval: 10 }, workflowRunTimeout: '1s' },
    );
    const { kickoffId } = await progressUntil(handle, (progress) => progress.kickoffId !== null);
    const current = crew.client.workflow.getHandle(handle.workflowId) as CrewRunHandle;
    await eventually(
      async () => (await current.describe()).runId,
      (runId) => runId !== handle.firstExecutionRunId,
    );
    await progressUntil(current, ({ phase }) => phase === 'kickoffUnknown');
    await current.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    expect(await progressUntil(current, () => true)).toMatchObject({ phase: 'polling', kickoffId });
    await current.terminate();
    expect(accepted(handle.workflowId)).toHaveLength(1);
  });

  it('takes a retryKickoff for said once, even when a reset applies it again', async () => {
    crew.amp.faults.kickoff = [
      { reset: true, accepted: true },
      { reset: true, accepted: true },
    ];
    const handle = await crew.start(input);
    const unknown = () => progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    await unknown();
    await handle.executeUpdate('retryKickoff', { args: [{}] });
    await crew.amp.ledger.until(() => accepted(handle.workflowId).length === 2);
    await unknown();
    const { events } = await handle.fetchHistory();
    const update = events?.find((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const { runId } = await crew.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      reason: 'test',
      requestId: randomUUID(),
      // The workflow task that accepted the update.
      workflowTaskFinishEventId: update?.eventId?.subtract(1) ?? null,
    });
    const again = crew.client.workflow.getHandle(handle.workflowId, runId) as CrewRunHandle;
    // The update is applied again, and the kickoff that it leads to is not sent.
    await progressUntil(
      again,
      ({ lastError }) => lastError?.includes('reset to a point before its kickoff') ?? false,
    );
    expect(accepted(handle.workflowId)).toHaveLength(2);
    // Said to this run, it counts.
    await progressUntil(again, ({ phase }) => phase === 'kickoffUnknown');
    await again.executeUpdate('retryKickoff', { args: [{}] });
    await expect(again.result()).resolves.toMatchObject({ status: 'completed' });
    expect(accepted(handle.workflowId)).toHaveLength(3);
  });

  it('shows a second kickoff that turns out to have been accepted', async () => {
    crew.amp.faults.kickoff = [{ reset: true, accepted: true }];
    const handle = await crew.start({ ...input, polling: { initialInterval: '1h' } });
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    const lost = accepted(handle.workflowId)[0]?.kickoffId ?? '';
    await handle.executeUpdate('retryKickoff', { args: [{}] });
    await progressUntil(handle, ({ phase }) => phase === 'polling');
    // As its own worker would say it once it reaches Temporal again.
    const runId = handle.firstExecutionRunId;
    await handle.signal('crewEvent', { type: 'kickoff', kickoffId: lost, runId });
    const details = await eventually(
      () => handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata'),
      ({ currentDetails }) => currentDetails?.includes('Also accepted') ?? false,
    );
    expect(details.currentDetails).toContain(lost);
    await handle.terminate();
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
