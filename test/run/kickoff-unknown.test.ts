import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
  progressOf,
} from '../support/crew-harness.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

describe('a kickoff of unknown outcome', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 2 } } });
  });
  afterAll(() => crew.stop());

  /** A run whose kickoff was accepted, and whose answer was lost. */
  async function startUnknown(options = {}): Promise<CrewRunHandle> {
    crew.amp.faults.kickoff = [{ reset: true, accepted: true }];
    const handle = await crew.start({ ...input, ...options });
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    return handle;
  }
  const acceptedFor = (handle: CrewRunHandle) =>
    crew.amp.ledger.kickoffs.filter(({ meta }) => {
      const { temporal } = meta as { temporal: { workflowId: string } };
      return temporal.workflowId === handle.workflowId;
    });

  it('is sent again when a person says so', async () => {
    const handle = await startUnknown();
    await expect(handle.executeUpdate('retryKickoff', { args: [{}] })).resolves.toEqual({
      retryKickoffs: 1,
    });
    const output = await handle.result();
    const accepted = acceptedFor(handle);
    expect(accepted).toHaveLength(2);
    expect(output.kickoffId).toBe(accepted[1]?.kickoffId);
  });

  it('is adopted from an event of this chain, and not from one of another', async () => {
    const handle = await startUnknown();
    await handle.signal('crewEvent', { kickoffId: 'foreign', runId: randomUUID() });
    await handle.signal('crewEvent', 'nonsense');
    const kickoffId = acceptedFor(handle)[0]?.kickoffId ?? '';
    const { phase } = await progressUntil(handle, () => true);
    expect(phase).toBe('kickoffUnknown');
    await handle.signal('crewEvent', { kickoffId, runId: handle.firstExecutionRunId });
    await expect(handle.result()).resolves.toMatchObject({ kickoffId });
  });

  it('ends as KickoffOutcomeUnknown when nobody resolves it in time', async () => {
    const handle = await startUnknown({ adoptionWindow: 300 });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'CrewAI.KickoffOutcomeUnknown', nonRetryable: true },
    });
    expect(acceptedFor(handle)).toHaveLength(1);
  });

  it('shows a second kickoff that turns out to have been accepted', async () => {
    const handle = await startUnknown({ polling: { initialInterval: '1h' } });
    const lost = acceptedFor(handle)[0]?.kickoffId ?? '';
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

  describe('refuses updates that do not fit', () => {
    let handle: CrewRunHandle;
    beforeEach(async () => {
      handle = await startUnknown();
    });

    it.each([
      ['an empty id', 'adoptKickoff', { kickoffId: ' ' }],
      ['no id', 'adoptKickoff', {}],
      ['no object', 'adoptKickoff', 'id'],
      ['an unknown field', 'adoptKickoff', { kickoffId: 'a', kickoff_id: 'b' }],
      ['an unknown field', 'retryKickoff', { kickoffId: 'a' }],
      ['an unknown field', 'waitForKickoff', { timeout: '1s' }],
    ])('%s: %s', async (_, update, argument) => {
      await expect(handle.executeUpdate(update, { args: [argument] })).rejects.toThrow(
        WorkflowUpdateFailedError,
      );
      expect(await progressOf(handle)).toMatchObject({ phase: 'kickoffUnknown' });
      await handle.terminate();
    });
  });

  it('refuses to resolve a run that is in another phase', async () => {
    const handle = await crew.start({ ...input, polling: { initialInterval: '1h' } });
    await progressUntil(handle, ({ phase }) => phase === 'polling');
    await expect(
      handle.executeUpdate('adoptKickoff', { args: [{ kickoffId: 'other' }] }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('polling') as string } });
    await expect(handle.executeUpdate('retryKickoff', { args: [{}] })).rejects.toThrow(
      WorkflowUpdateFailedError,
    );
    await handle.terminate();
    expect(acceptedFor(handle)).toHaveLength(1);
  });
});

describe('waitForKickoff', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { scenario: { polls: 1 } } });
  });
  afterAll(() => crew.stop());

  it('answers as soon as the id is known', async () => {
    const handle = await crew.start(input);
    const { kickoffId } = await handle.executeUpdate<{ kickoffId: string }, [unknown]>(
      'waitForKickoff',
      { args: [{}] },
    );
    await expect(handle.result()).resolves.toMatchObject({ kickoffId });
  });

  it('hears why there will be no id', async () => {
    crew.amp.faults.kickoff = [
      { delayMs: 200, status: 422, body: { detail: 'Missing inputs: b' } },
    ];
    const handle = await crew.start(input);
    await expect(handle.executeUpdate('waitForKickoff', { args: [{}] })).rejects.toMatchObject({
      cause: { type: 'CrewAI.KickoffRejected' },
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: {
        type: 'CrewAI.KickoffRejected',
        message: expect.stringContaining('Missing inputs: b') as string,
      },
    });
  });
});
