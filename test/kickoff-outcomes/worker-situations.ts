import { randomUUID } from 'node:crypto';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { followHistory, kickoffOutcomes } from '../support/run-history.js';
import { runOf } from './follow-reaction.js';
import { startUpToLastCheck } from './moments.js';
import type { Situation } from './situation.js';
import type { Stage } from './stage.js';
import { receivedOf } from './stage.js';
import type { WorkerStage } from './worker-stage.js';

type WorkerSituation = Situation<WorkerStage>;

/** Temporal gives the attempt up: nobody has reported anything of it. */
async function untilTimedOut(stage: Stage, handle: CrewRunHandle): Promise<void> {
  const events = await followHistory(
    stage.client,
    runOf(handle),
    (all) => kickoffOutcomes(all).length > 0,
  );
  if (kickoffOutcomes(events)[0] !== null) throw new Error('its worker has reported an outcome');
}

/** A run that waits for the answer to its kickoff. */
async function startUpToSent(stage: WorkerStage, accepted: boolean): Promise<CrewRunHandle> {
  const handle = await stage.start({ faults: [{ hang: true, accepted }] });
  await stage.amp.ledger.until(() => receivedOf(stage, handle).length === 1);
  return handle;
}

/** Its worker is killed, and another one started. */
export const KILL_SITUATIONS: readonly WorkerSituation[] = [
  {
    what: 'Before it was sent.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      stage.meanwhile.push(async () => {
        await untilTimedOut(stage, handle);
        goOn();
      });
      return [handle];
    },
  },
  {
    what: 'After it was sent, while its answer is awaited.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0, 1],
    async bringAbout(stage) {
      const handles = await Promise.all([startUpToSent(stage, false), startUpToSent(stage, true)]);
      for (const handle of handles) stage.meanwhile.push(() => untilTimedOut(stage, handle));
      return handles;
    },
  },
  {
    what: 'After its answer came, before Temporal heard of it: the id is in the log of the worker.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [1],
    async bringAbout(stage) {
      const workflowId = `run-${randomUUID()}`;
      const mentions = [workflowId, 'kickoffId'];
      const heartbeat = stage.door.hold({ method: 'RecordActivityTaskHeartbeat', mentions });
      const signal = stage.door.hold({ method: 'SignalWorkflowExecution', mentions });
      const handle = await stage.start({ options: { workflowId } });
      await Promise.all([heartbeat.arrived, signal.arrived]);
      await stage.worker.waitForLine(/The crew was kicked off/);
      stage.meanwhile.push(() => untilTimedOut(stage, handle));
      return [handle];
    },
  },
  {
    what: 'After Temporal got the id by its heartbeat, before it got the signal.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    async bringAbout(stage) {
      const workflowId = `run-${randomUUID()}`;
      const mentions = [workflowId, 'kickoffId'];
      const heartbeat = stage.door.answered({ method: 'RecordActivityTaskHeartbeat', mentions });
      const signal = stage.door.hold({ method: 'SignalWorkflowExecution', mentions });
      const handle = await stage.start({ options: { workflowId } });
      await Promise.all([heartbeat, signal.arrived]);
      stage.meanwhile.push(() => untilTimedOut(stage, handle));
      return [handle];
    },
  },
  {
    what: 'After it was sent, and an operator gives the kickoff another attempt (`temporal activity update-options`): nothing is sent.',
    outcome: 'unknown',
    run: 'waits',
    // Of the second attempt, and not of Temporal, which lost sight of the first.
    reason: 'an earlier attempt of this kickoff ended without saying what became of it',
    accepted: [1],
    async bringAbout(stage) {
      const handle = await startUpToSent(stage, true);
      stage.meanwhile.push(async () => {
        await stage.client.workflowService.updateActivityOptions({
          namespace: 'default',
          execution: { workflowId: handle.workflowId },
          type: 'kickoff',
          activityOptions: { retryPolicy: { maximumAttempts: 2 } },
          updateMask: { paths: ['retry_policy.maximum_attempts'] },
        });
      });
      return [handle];
    },
  },
];

export async function killWorker(stage: WorkerStage): Promise<void> {
  await stage.worker.kill();
  const attempts = Promise.all(stage.meanwhile.map((act) => act()));
  await stage.startAnotherWorker();
  await attempts;
}

/** Its worker is stopped (SIGSTOP), and goes on when Temporal has given up the attempt. */
export const STOP_SITUATIONS: readonly WorkerSituation[] = [
  {
    what: 'When it has asked Temporal whether the attempt still counts: nothing is sent.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      stage.meanwhile.push(async () => {
        await untilTimedOut(stage, handle);
        goOn();
      });
      return [handle];
    },
  },
  {
    what: 'When Temporal has said that it does: nothing is sent.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      stage.meanwhile.push(async () => {
        const answered = stage.door.answered({
          method: 'RecordActivityTaskHeartbeat',
          mentions: [handle.workflowId],
        });
        goOn();
        await answered;
        await untilTimedOut(stage, handle);
      });
      return [handle];
    },
  },
];

export async function stopAndContinueWorker(stage: WorkerStage): Promise<void> {
  stage.worker.signal('SIGSTOP');
  await Promise.all(stage.meanwhile.map((act) => act()));
  stage.worker.signal('SIGCONT');
}
