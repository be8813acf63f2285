import { randomUUID } from 'node:crypto';
import type { WorkflowStartOptions } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { expect } from 'vitest';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { eventually, progressUntil } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';
import { followHistory } from '../support/run-history.js';
import { resolve, runOf } from './follow-reaction.js';
import { startUpToAnswer } from './moments.js';
import type { ChainSituation } from './situation.js';
import type { CrewStage, RunOnStage } from './stage.js';
import { acceptedOf, receivedOf } from './stage.js';

type RerunSituation = ChainSituation<CrewStage>;

const RETRY_POLICY = { maximumAttempts: 10, initialInterval: 10 };
/** Long enough to get to the kickoff, and to the end of a later run, on a busy machine. */
const RUN_TIMEOUT = '10s' as const;

/** The current run of its chain, once it is not the first one any more. */
async function nextRunOf(stage: CrewStage, handle: CrewRunHandle): Promise<CrewRunHandle> {
  const { firstExecutionRunId } = handle;
  await followHistory(stage.client, runOf(handle));
  const current = stage.client.workflow.getHandle(handle.workflowId);
  await eventually(
    async () => (await current.describe()).runId,
    (runId) => runId !== firstExecutionRunId,
  );
  return Object.assign(current, { firstExecutionRunId }) as CrewRunHandle;
}

/** What a workflow's retry policy, and Temporal's timeouts of workflows, do to the kickoff. */
export const RETRY_SITUATIONS: readonly RerunSituation[] = [
  {
    what: 'A retry policy, and the kickoff is refused.',
    run: 'fails with `KickoffRejected`, which no retry policy retries',
    accepted: [0],
    async play(stage) {
      const handle = await stage.start({
        faults: [{ status: 422 }],
        options: { retry: RETRY_POLICY },
      });
      expect(await failureOf(handle)).toMatchObject({ type: 'CrewAI.KickoffRejected' });
      expect(receivedOf(stage, handle)).toHaveLength(1);
      return [acceptedOf(stage, handle).length];
    },
  },
  {
    what: 'A retry policy, and the crew ends in error, with `onCrewError: "fail"`.',
    run: 'fails with `CrewExecutionFailed`, which no retry policy retries',
    accepted: [1],
    async play(stage) {
      const handle = await stage.start({
        scenario: { outcome: 'error' },
        input: { onCrewError: 'fail' },
        options: { retry: RETRY_POLICY },
      });
      expect(await failureOf(handle)).toMatchObject({ type: 'CrewAI.CrewExecutionFailed' });
      return [acceptedOf(stage, handle).length];
    },
  },
  {
    what: 'A retry policy, and `workflowRunTimeout` passes while the kickoff is under way.',
    run: 'the next run sends nothing: waits as `kickoffUnknown`, and adopts the id that comes late',
    accepted: [1],
    async play(stage) {
      const options = { retry: RETRY_POLICY, workflowRunTimeout: RUN_TIMEOUT };
      const { handle, goOn } = await startUpToAnswer(stage, { options });
      const next = await nextRunOf(stage, handle);
      await progressUntil(next, ({ phase }) => phase === 'kickoffUnknown');
      goOn();
      await expect(next.result()).resolves.toMatchObject({ status: 'completed' });
      return [acceptedOf(stage, handle).length];
    },
  },
  {
    what: 'A retry policy, and `workflowRunTimeout` passes when the id is known.',
    run: 'the next run sends nothing: waits as `kickoffUnknown`, since Temporal hands on neither memo nor failure',
    accepted: [1],
    async play(stage) {
      const handle = await stage.start({
        input: { polling: { initialInterval: '1h' } },
        options: { retry: RETRY_POLICY, workflowRunTimeout: RUN_TIMEOUT },
      });
      // A query could meet the end of the run, and wait for its own.
      await followHistory(stage.client, runOf(handle), (events) =>
        events.some((event) => event.workflowPropertiesModifiedEventAttributes),
      );
      const next = await nextRunOf(stage, handle);
      await progressUntil(next, ({ phase }) => phase === 'kickoffUnknown');
      const accepted = acceptedOf(stage, handle).length;
      await resolve(stage, next);
      await next.signal('crewEvent', {});
      await expect(next.result()).resolves.toMatchObject({ status: 'completed' });
      return [accepted];
    },
  },
  over('`workflowExecutionTimeout` passes while the kickoff is under way.', {
    options: { workflowExecutionTimeout: RUN_TIMEOUT },
  }),
  over('The run is terminated while its kickoff is under way.', {}, (handle) => handle.terminate()),
  {
    what: 'A cron schedule, whose runs are one chain.',
    run: 'fails with `InvalidInput`: use a Temporal schedule, whose runs are chains of their own',
    accepted: [0],
    async play(stage) {
      const handle = await stage.start({ options: { cronSchedule: '@every 1s' } });
      const events = await followHistory(stage.client, runOf(handle));
      expect(events.at(-1)?.workflowExecutionFailedEventAttributes?.failure).toMatchObject({
        message: expect.stringContaining('Use a Temporal schedule') as string,
        applicationFailureInfo: { type: 'CrewAI.InvalidInput' },
      });
      await stage.client.workflow.getHandle(handle.workflowId).terminate();
      return [receivedOf(stage, handle).length];
    },
  },
];

/** The run is over before it hears of its kickoff. */
function over(
  what: string,
  run: RunOnStage,
  act: (handle: CrewRunHandle) => Promise<unknown> = () => Promise.resolve(),
): RerunSituation {
  return {
    what,
    run: 'is over; the crew goes on, and its id is in the log of the worker',
    accepted: [1],
    async play(stage) {
      const { handle, goOn } = await startUpToAnswer(stage, run);
      await act(handle);
      await followHistory(stage.client, runOf(handle));
      const told = stage.door.answered({
        method: 'SignalWorkflowExecution',
        mentions: [handle.workflowId, 'kickoffId'],
      });
      goOn();
      // Temporal says that there is no such run, and the worker leaves it at that.
      await told;
      await expect(handle.result()).rejects.toThrow();
      return [acceptedOf(stage, handle).length];
    },
  };
}

/** What another start with the same workflow id does. */
export const SAME_ID_SITUATIONS: readonly RerunSituation[] = [
  {
    what: 'After the end of the run.',
    run: 'another chain, which makes a kickoff of its own',
    accepted: [1],
    play: (stage) => startTwice(stage, {}, { first: 'ended', second: 'starts' }),
  },
  ...(['ALLOW_DUPLICATE_FAILED_ONLY', 'REJECT_DUPLICATE'] as const).map(
    (workflowIdReusePolicy): RerunSituation => ({
      what: `After the completion of the run, with \`WorkflowIdReusePolicy\` \`${workflowIdReusePolicy}\`.`,
      run: 'nothing is started',
      accepted: [1],
      play: (stage) =>
        startTwice(stage, { workflowIdReusePolicy }, { first: 'ended', second: 'refused' }),
    }),
  ),
  {
    what: 'While the run goes on.',
    run: 'nothing is started',
    accepted: [1],
    play: (stage) => startTwice(stage, {}, { first: 'under way', second: 'refused' }),
  },
  {
    what: 'While the run goes on, with `WorkflowIdConflictPolicy` `USE_EXISTING`.',
    run: 'the run that goes on is the answer',
    accepted: [1],
    play: (stage) =>
      startTwice(
        stage,
        { workflowIdConflictPolicy: 'USE_EXISTING' },
        { first: 'under way', second: 'attaches' },
      ),
  },
  {
    what: 'While the kickoff is under way, with `WorkflowIdConflictPolicy` `TERMINATE_EXISTING`.',
    run: 'another chain, which makes a kickoff of its own and does not take the late id of the first one for it; the first crew goes on',
    accepted: [1],
    async play(stage) {
      const workflowId = `run-${randomUUID()}`;
      const { handle: first, goOn } = await startUpToAnswer(stage, { options: { workflowId } });
      const second = await stage.start({
        input: { polling: { initialInterval: '1h' } },
        options: { workflowId, workflowIdConflictPolicy: 'TERMINATE_EXISTING' },
      });
      const { kickoffId } = await progressUntil(second, ({ phase }) => phase === 'polling');
      const told = stage.door.answered({
        method: 'SignalWorkflowExecution',
        mentions: [workflowId, acceptedOf(stage, first)[0]?.kickoffId ?? 'no kickoff'],
      });
      goOn();
      await told;
      await second.signal('crewEvent', {});
      await expect(second.result()).resolves.toMatchObject({ status: 'completed', kickoffId });
      expect(acceptedOf(stage, second)[0]?.kickoffId).toBe(kickoffId);
      return [acceptedOf(stage, first).length, acceptedOf(stage, second).length];
    },
  },
];

async function startTwice(
  stage: CrewStage,
  options: Partial<WorkflowStartOptions>,
  { first, second }: { first: 'ended' | 'under way'; second: 'starts' | 'attaches' | 'refused' },
): Promise<number[]> {
  const workflowId = `run-${randomUUID()}`;
  const polling = { initialInterval: '1h' };
  const input = first === 'under way' ? { polling } : {};
  const handle = await stage.start({ input, options: { workflowId } });
  if (first === 'ended') await handle.result();
  else await progressUntil(handle, ({ phase }) => phase === 'polling');
  const again = stage.start({ options: { ...options, workflowId } });
  if (second === 'refused') {
    await expect(again).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
  } else {
    const { firstExecutionRunId } = await again;
    expect(firstExecutionRunId === handle.firstExecutionRunId).toBe(second === 'attaches');
  }
  if (first === 'under way') await handle.signal('crewEvent', {});
  await handle.result();
  const chains = second === 'starts' ? [handle, await again] : [handle];
  await Promise.all(chains.map((chain) => chain.result()));
  const ofThisId = stage.amp.ledger.kickoffsOfWorkflow(workflowId);
  expect(ofThisId).toHaveLength(chains.length);
  const keys = new Set(ofThisId.map(({ headers }) => headers['idempotency-key']));
  expect(keys.size).toBe(chains.length);
  return chains.map((chain) => acceptedOf(stage, chain).length);
}
