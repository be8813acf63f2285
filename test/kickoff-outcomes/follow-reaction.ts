import { CancelledFailure } from '@temporalio/client';
import { expect } from 'vitest';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { progressOf } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory, kickoffOutcomes, waitsFor } from '../support/run-history.js';
import type { Outcome, Reaction } from './situation.js';
import type { Stage } from './stage.js';
import { acceptedOf, receivedOf } from './stage.js';

/** The timer of a run that waits for a person. */
export const waitsForPerson = waitsFor('kickoff of unknown outcome');

/**
 * Follows a run until it has done by itself what it can, checks that, and then does what a person
 * would, to the end of the run.
 *
 * @returns how many of its kickoffs were accepted by itself
 */
export async function followReaction(
  stage: Stage,
  handle: CrewRunHandle,
  { outcome, run }: { outcome: Outcome; run: Reaction },
): Promise<number> {
  const events = await followHistory(stage.client, runOf(handle), UNTIL[run]);
  // An outcome of which nobody could report anything is known by what the run does.
  const [reported] = kickoffOutcomes(events);
  if (reported) expect(reported.outcome).toBe(outcome);
  const accepted = acceptedOf(stage, handle).length;
  expect(accepted).toBeLessThanOrEqual(1);
  await CHECKS[run](stage, handle, events);
  return accepted;
}

export function runOf({ workflowId, firstExecutionRunId }: CrewRunHandle) {
  return { workflowId, runId: firstExecutionRunId };
}

type Until = (events: readonly HistoryEvent[]) => boolean;
const theEnd: Until = () => false;
const waitsToSendAgain = waitsFor('kickoff 2 after one that was not acted on');

/** Up to where a run goes by itself. */
const UNTIL: Record<Reaction, Until> = {
  completes: theEnd,
  sendsAgain: theEnd,
  sendsAgainLater: theEnd,
  goesOnTrying: waitsToSendAgain,
  waitsAnHour: waitsToSendAgain,
  waits: waitsForPerson,
  isRejected: theEnd,
  timesOut: theEnd,
  isCancelled: theEnd,
  isCancelledBefore: theEnd,
  isCancelledUnknowing: theEnd,
};

type Check = (
  stage: Stage,
  handle: CrewRunHandle,
  events: readonly HistoryEvent[],
) => Promise<void>;

const CHECKS: Record<Reaction, Check> = {
  completes: expectResult,
  async sendsAgain(stage, handle, events) {
    expect(secondsToSecondKickoff(events)).toBe(1);
    await expectSecondKickoff(stage, handle, events);
  },
  async sendsAgainLater(stage, handle, events) {
    expect(secondsToSecondKickoff(events)).toBeGreaterThan(1);
    await expectSecondKickoff(stage, handle, events);
  },
  async goesOnTrying(stage, handle) {
    await handle.cancel();
    await expectCancelled(handle, 'Cancelled before the crew was started');
    expect(receivedOf(stage, handle)).toEqual([]);
  },
  async waitsAnHour(_stage, handle, events) {
    expect(secondsToSecondKickoff(events)).toBe(3_600);
    await handle.cancel();
    await expectCancelled(handle, 'Cancelled before the crew was started');
  },
  async waits(stage, handle) {
    expect(await progressOf(handle)).toMatchObject({
      phase: 'kickoffUnknown',
      kickoffId: null,
      lastError: expect.stringMatching(/./) as string,
    });
    await expectGuidance(handle);
    await resolve(stage, handle);
    await expectResult(stage, handle);
  },
  async isRejected(stage, handle) {
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffRejected', nonRetryable: true });
    expect(receivedOf(stage, handle)).toHaveLength(1);
  },
  async timesOut(_stage, handle) {
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain('nothing was started');
    expect(failure.details).toMatchObject([{ kickoffId: null }]);
  },
  async isCancelled(stage, handle) {
    const kickoffId = acceptedOf(stage, handle)[0]?.kickoffId;
    await expectCancelled(handle, `Cancelled; run ${kickoffId} of the crew goes on`);
    expect((await handle.describe()).memo).toEqual({ kickoffId });
  },
  isCancelledBefore: (_stage, handle) =>
    expectCancelled(handle, 'Cancelled before the crew was started'),
  isCancelledUnknowing: (_stage, handle) =>
    expectCancelled(
      handle,
      'Cancelled while nobody knew whether the crew was started: nothing could be stopped',
    ),
};

/** As long as the run's timer for it. */
function secondsToSecondKickoff(events: readonly HistoryEvent[]): number {
  const timer = events.find((event) => waitsToSendAgain([event]));
  const { seconds, nanos } = timer?.timerStartedEventAttributes?.startToFireTimeout ?? {};
  return Number(seconds) + (nanos ?? 0) / 1e9;
}

async function expectSecondKickoff(
  stage: Stage,
  handle: CrewRunHandle,
  events: readonly HistoryEvent[],
): Promise<void> {
  const outcomes = kickoffOutcomes(events).map((outcome) => outcome?.outcome);
  expect(outcomes).toEqual(['notActedOn', 'accepted']);
  await expectResult(stage, handle);
}

/** The run has returned the result of the one kickoff that was accepted. */
async function expectResult(stage: Stage, handle: CrewRunHandle): Promise<void> {
  const output = await handle.result();
  expect(output).toMatchObject({ status: 'completed', output: 'done' });
  expect(acceptedOf(stage, handle).map(({ kickoffId }) => kickoffId)).toEqual([output.kickoffId]);
}

async function expectCancelled(handle: CrewRunHandle, lastError: string): Promise<void> {
  const cause: unknown = expect.any(CancelledFailure);
  await expect(handle.result()).rejects.toMatchObject({ cause });
  expect(await progressOf(handle)).toMatchObject({ phase: 'done', lastError });
}

/** What the Web UI shows of a run that waits for a person. */
async function expectGuidance(handle: CrewRunHandle): Promise<void> {
  const { workflowId } = handle;
  const { currentDetails } = await handle.query<{ currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  expect(currentDetails).toContain(`\`meta.temporal.workflowId\` is \`${workflowId}\``);
  expect(currentDetails).toContain(`\`temporal-crewai adopt ${workflowId} KICKOFF_ID\``);
  expect(currentDetails).toContain(`\`temporal-crewai retry-kickoff ${workflowId}\``);
}

/** What an operator does: looks in AMP, and gives the id, or says that there is none. */
export async function resolve(stage: Stage, handle: CrewRunHandle): Promise<void> {
  const [kickoff] = acceptedOf(stage, handle);
  if (kickoff === undefined) await handle.executeUpdate('retryKickoff', { args: [{}] });
  else {
    const { kickoffId } = kickoff;
    await handle.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
  }
}
