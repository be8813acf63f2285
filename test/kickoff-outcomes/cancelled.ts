import { randomUUID } from 'node:crypto';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { followHistory } from '../support/run-history.js';
import { runOf } from './follow-reaction.js';
import type { Outcome, Reaction, Situation } from './situation.js';
import type { RunOnStage, Stage } from './stage.js';

/** What a run does about its kickoff when it is cancelled while that is under way. */
export const WHEN_CANCELLED = {
  accepted: 'isCancelled',
  notActedOn: 'isCancelledBefore',
  refused: 'isRejected',
  unknown: 'isCancelledUnknowing',
  notSent: 'isCancelledBefore',
} as const satisfies Record<Outcome, Reaction>;

/** The same situation, and the run is cancelled while its kickoff is under way. */
export function toCancelled<S extends Stage>(situation: Situation<S>): Situation<S> {
  return {
    ...toCancelledRow(situation),
    bringAbout: (stage) => situation.bringAbout(toCancellingStage(stage)),
  };
}

/** The run is cancelled once it is where a disaster hits it. */
export function toCancelledInDisaster<S extends Stage>(situation: Situation<S>): Situation<S> {
  return {
    ...toCancelledRow(situation),
    async bringAbout(stage) {
      const handles = await situation.bringAbout(stage);
      await Promise.all(handles.map((handle) => cancelKickoff(stage, handle)));
      return handles;
    },
  };
}

function toCancelledRow<S>(situation: Situation<S>): Situation<S> {
  const { outcome, accepted } = situation;
  return {
    ...situation,
    run: WHEN_CANCELLED[outcome],
    // It is not sent again.
    accepted: outcome === 'notActedOn' ? [0] : accepted,
    ...situation.whenCancelled,
  };
}

/** Cancels each run that is started on it, before its kickoff is sent and after nobody can stop it. */
function toCancellingStage<S extends Stage>(stage: S): S {
  return {
    ...stage,
    async start(run: RunOnStage = {}) {
      const workflowId = run.options?.workflowId ?? `run-${randomUUID()}`;
      const lastCheck = stage.door.holdAnswers({
        method: 'RecordActivityTaskHeartbeat',
        mentions: [workflowId, 'sending'],
      });
      // Where there is no connection to check anything for.
      const report = stage.door.hold({
        method: 'RespondActivityTaskCompleted',
        mentions: [workflowId],
      });
      const handle = await stage.start({ ...run, options: { ...run.options, workflowId } });
      await Promise.race([lastCheck.arrived, report.arrived]);
      await cancelKickoff(stage, handle);
      lastCheck.release();
      report.release();
      return handle;
    },
  };
}

/** Resolves when Temporal has passed the cancellation on to the kickoff under way. */
export async function cancelKickoff(stage: Stage, handle: CrewRunHandle): Promise<void> {
  await handle.cancel();
  await followHistory(stage.client, runOf(handle), (events) =>
    events.some((event) => event.activityTaskCancelRequestedEventAttributes),
  );
}
