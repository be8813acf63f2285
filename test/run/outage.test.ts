import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledFailure, WorkflowUpdateStage } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedAmp, SimulatedAmpOptions } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
  progressOf,
} from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

let folder: string;
let crew: CrewHarness;
let ampOptions: SimulatedAmpOptions;
/** The one that serves at the moment, or did last. */
let amp: SimulatedAmp;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
  ampOptions = { ledgerFile: join(folder, 'ledger.jsonl'), scenario: { polls: 10_000 } };
  crew = await startCrewHarness({ amp: ampOptions });
  amp = crew.amp;
});
afterEach(async () => {
  await crew.stop();
  await amp.stop();
  await rm(folder, { recursive: true });
});
/** Starts another server on the port of the one that was stopped; its runs have completed since. */
async function restartAmp(): Promise<void> {
  const { port, token } = crew.amp;
  const faults = { status: { word: 'SUCCESS' } };
  amp = await startSimulatedAmp({ ...ampOptions, port, token, faults });
}

const cancellation: unknown = expect.objectContaining({
  cause: expect.any(CancelledFailure) as unknown,
});
const waitForKickoff = (handle: CrewRunHandle) =>
  handle.executeUpdate<{ kickoffId: string }, [object]>('waitForKickoff', { args: [{}] });

describe('an API that is down for longer than a poll', () => {
  /** A run whose API went down after it was kicked off; the outage shows. */
  async function startInOutage(
    options = {},
  ): Promise<{ handle: CrewRunHandle; kickoffId: string }> {
    const handle = await crew.start({ ...input, ...options });
    await progressUntil(handle, ({ polls }) => polls > 0);
    await amp.stop();
    await pendingRead(handle, 2);
    const [kickoff] = amp.ledger.kickoffsOfWorkflow(handle.workflowId);
    return { handle, kickoffId: kickoff?.kickoffId ?? '' };
  }
  /** The pending activity, once it has been attempted so often. */
  async function pendingRead(handle: CrewRunHandle, attempts: number) {
    const description = await eventually(
      () => handle.describe(),
      ({ raw }) => (raw.pendingActivities?.[0]?.attempt ?? 0) >= attempts,
    );
    return description.raw.pendingActivities?.[0];
  }

  it('shows as a pending activity with its attempts, costs no history, and ends by itself', async () => {
    const { handle, kickoffId } = await startInOutage();
    const { historyLength } = await handle.describe();
    const activity = await pendingRead(handle, 4);
    expect(activity?.activityType?.name).toBe('getStatus');
    expect(activity?.lastFailure?.message).toContain('ECONNREFUSED');
    expect((await handle.describe()).historyLength).toBe(historyLength);
    const { phase, lastError } = await progressUntil(handle, () => true);
    expect({ phase, lastError }).toEqual({
      phase: 'polling',
      lastError: expect.stringContaining('ECONNREFUSED') as string,
    });

    await restartAmp();
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(amp.ledger.kickoffs).toHaveLength(1);
    expect(await progressOf(handle)).toMatchObject({ lastError: null });
  });

  it('does not hold up a cancellation', async () => {
    const { handle, kickoffId } = await startInOutage();
    await handle.cancel();
    await expect(handle.result()).rejects.toEqual(cancellation);
    expect(await progressOf(handle)).toMatchObject({
      phase: 'done',
      kickoffId,
      lastError: `Cancelled; run ${kickoffId} of the crew goes on`,
    });
    expect((await handle.describe()).memo).toEqual({ kickoffId });
  });

  it('does not hold up the timeout', async () => {
    await amp.stop();
    const kickoffId = 'of-an-earlier-run';
    const failure = await failureOf(await crew.start({ ...input, kickoffId, timeout: '1s' }));
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain(`Run ${kickoffId} of crew "default" was not over within 1 s`);
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.details).toEqual([{ kickoffId, crew: 'default' }]);
  });

  it('is asked once more before the timeout is judged', async () => {
    const word = { word: 'SUCCESS' };
    // The local activity gives up after a second, the ordinary one at the timeout.
    crew.amp.faults.status = [{ hang: true }, { hang: true }, word, word];
    await expect(crew.run({ ...input, timeout: '4s' })).resolves.toMatchObject({
      status: 'completed',
    });
    expect(crew.amp.faults.status).toEqual([]);
  });

  it('does not hold up an update', async () => {
    const { handle, kickoffId } = await startInOutage();
    await expect(waitForKickoff(handle)).resolves.toEqual({ kickoffId });
    await restartAmp();
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(amp.ledger.kickoffs).toHaveLength(1);
  });
});

describe('an API that is down at the kickoff', () => {
  beforeEach(() => amp.stop());

  async function startRefused(options = {}): Promise<CrewRunHandle> {
    const handle = await crew.start({ ...input, ...options });
    const { phase, kickoffId, lastError } = await progressUntil(
      handle,
      (progress) => progress.lastError !== null,
    );
    expect({ phase, kickoffId }).toEqual({ phase: 'kickingOff', kickoffId: null });
    expect(lastError).toContain('ECONNREFUSED');
    return handle;
  }

  it('is asked again until it answers, and an update that waits hears of it', async () => {
    const handle = await startRefused();
    const waiting = waitForKickoff(handle);
    await restartAmp();
    const { kickoffId } = await waiting;
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(amp.ledger.kickoffs).toHaveLength(1);
  });

  it('does not hold up a cancellation', async () => {
    const handle = await startRefused();
    const waiting = await handle.startUpdate('waitForKickoff', {
      args: [{}],
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
    await handle.cancel();
    await expect(handle.result()).rejects.toEqual(cancellation);
    await expect(waiting.result()).rejects.toMatchObject({
      cause: { message: 'Cancelled before the crew was started' },
    });
  });

  it('does not hold up the timeout', async () => {
    const handle = await startRefused({ timeout: '2s' });
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain('nothing was started');
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.details).toEqual([{ kickoffId: null, crew: 'default' }]);
  });
});
