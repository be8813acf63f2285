import { CancelledFailure } from '@temporalio/client';
import { expect, inject } from 'vitest';
import { runCommand } from '../starter/command-line.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { progressOf } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory, kickoffOutcomes, waitsFor } from '../support/run-history.js';
import type { Reaction, Situation } from './situation.js';
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
  { outcome, run, reason }: Pick<Situation<never>, 'outcome' | 'run' | 'reason'>,
): Promise<number> {
  const events = await followHistory(stage.client, runOf(handle), UNTIL[run]);
  // An outcome of which nobody could report anything is known by what the run does.
  const [reported] = kickoffOutcomes(events);
  if (reported) expect(reported.outcome).toBe(outcome);
  const accepted = acceptedOf(stage, handle).length;
  expect(accepted).toBeLessThanOrEqual(1);
  if (run === 'waits' && reason !== undefined) {
    expect((await progressOf(handle)).lastError).toBe(reason);
  }
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
  isCancelledEither: theEnd,
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
    await expectToTellWhyItWaits(handle);
    await handle.cancel();
    await expectCancelled(handle, 'Cancelled before the crew was started');
    expect(receivedOf(stage, handle)).toEqual([]);
  },
  async waitsAnHour(_stage, handle, events) {
    expect(secondsToSecondKickoff(events)).toBe(3_600);
    await expectToTellWhyItWaits(handle);
    await handle.cancel();
    await expectCancelled(handle, 'Cancelled before the crew was started');
  },
  async waits(stage, handle) {
    expect(await progressOf(handle)).toMatchObject({
      phase: 'kickoffUnknown',
      kickoffId: null,
      polls: 0,
      lastError: expect.stringMatching(
        /^(Kickoff failed: |the kickoff's worker did not report back: |an earlier attempt of this kickoff )./,
      ) as string,
    });
    const sent = receivedOf(stage, handle).length;
    expect(sent).toBeLessThanOrEqual(1);
    const [kickoff] = acceptedOf(stage, handle);
    const { adopt, retryKickoff } = await expectGuidance(handle);
    await run(kickoff ? adopt.replace('KICKOFF_ID', kickoff.kickoffId) : retryKickoff);
    await expectResult(stage, handle);
    expect(receivedOf(stage, handle)).toHaveLength(kickoff ? sent : sent + 1);
  },
  async isRejected(stage, handle) {
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffRejected', nonRetryable: true });
    expect(receivedOf(stage, handle)).toHaveLength(1);
  },
  async timesOut(stage, handle) {
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', nonRetryable: true });
    expect(failure.message).toContain('nothing was started');
    expect(failure.details).toMatchObject([{ kickoffId: null }]);
    expect(receivedOf(stage, handle)).toEqual([]);
  },
  async isCancelled(stage, handle) {
    const kickoffId = acceptedOf(stage, handle)[0]?.kickoffId;
    await expectCancelled(handle, `Cancelled; run ${kickoffId} of the crew goes on`);
    expect((await handle.describe()).memo).toEqual({ kickoffId });
  },
  isCancelledBefore: (_stage, handle) =>
    expectCancelled(handle, 'Cancelled before the crew was started'),
  async isCancelledEither(stage, handle) {
    const { kickoffId } = await progressOf(handle);
    await CHECKS[kickoffId === null ? 'isCancelledUnknowing' : 'isCancelled'](stage, handle, []);
  },
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

async function expectToTellWhyItWaits(handle: CrewRunHandle): Promise<void> {
  expect(await progressOf(handle)).toMatchObject({
    phase: 'kickingOff',
    kickoffId: null,
    lastError: expect.stringContaining('Kickoff failed: ') as string,
  });
}

/**
 * The Web UI and `status` say of a run that waits for a person what to look for, and which two
 * commands resolve it. Returns these.
 */
async function expectGuidance(handle: CrewRunHandle) {
  const { workflowId } = handle;
  const adopt = `temporal-crewai adopt ${workflowId} KICKOFF_ID`;
  const retryKickoff = `temporal-crewai retry-kickoff ${workflowId}`;
  const { currentDetails } = await handle.query<{ currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  expect(currentDetails).toContain(
    `look in AMP for a run whose \`meta.temporal.workflowId\` is \`${workflowId}\``,
  );
  expect(currentDetails).toContain(`**It is there:** \`${adopt}\``);
  expect(currentDetails).toContain(`**It is not there:** \`${retryKickoff}\``);
  const status = await run(`temporal-crewai status ${workflowId}`);
  expect(status.replace(/\s+/g, ' ')).toContain(
    `whose meta.temporal.workflowId is ${workflowId}. It is there: give its id to the run with ` +
      `${adopt} It is not there: start the crew once more with ${retryKickoff}`,
  );
  expect(status.split('\n')).toEqual(expect.arrayContaining([`  ${adopt}`, `  ${retryKickoff}`]));
  return { adopt, retryKickoff };
}

/** Runs a command line as an operator would paste it. Returns its output. */
async function run(command: string): Promise<string> {
  const [, ...args] = command.split(' ');
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress') };
  const { exitCode, stdout, stderr } = await runCommand(args, { env });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** The same by updates: gives the id that AMP has, or says that there is none. */
export async function resolve(stage: Stage, handle: CrewRunHandle): Promise<void> {
  const [kickoff] = acceptedOf(stage, handle);
  if (kickoff === undefined) await handle.executeUpdate('retryKickoff', { args: [{}] });
  else {
    const answer = { kickoffId: kickoff.kickoffId };
    expect(await handle.executeUpdate('adoptKickoff', { args: [answer] })).toEqual(answer);
  }
}
