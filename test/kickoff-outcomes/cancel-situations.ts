import { randomUUID } from 'node:crypto';
import type { KickoffFault } from '../../src/testing/index.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { startCrewHarness } from '../support/crew-harness.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory, waitsFor } from '../support/run-history.js';
import { runOf, waitsForPerson } from './follow-reaction.js';
import type { AtMoment } from './moments.js';
import { startUpToAnswer, startUpToLastCheck } from './moments.js';
import type { Situation } from './situation.js';
import type { CrewStage } from './stage.js';

type CancelSituation = Situation<CrewStage>;
type Fixed = Pick<CancelSituation, 'outcome' | 'run' | 'accepted'>;

const BEFORE_IT_STARTED: Fixed = {
  outcome: 'notActedOn',
  run: 'isCancelledBefore',
  accepted: [0],
};
const UNKNOWING: Fixed = { outcome: 'unknown', run: 'isCancelledUnknowing', accepted: [1] };

/** Goes on once Temporal has passed the cancellation on to the kickoff under way. */
async function cancelAt(stage: CrewStage, moment: Promise<AtMoment>): Promise<CrewRunHandle[]> {
  const { handle, goOn } = await moment;
  await handle.cancel();
  await followHistory(stage.client, runOf(handle), (events) =>
    events.some((event) => event.activityTaskCancelRequestedEventAttributes),
  );
  goOn();
  return [handle];
}

/** The API's answer is there, but the worker gets it only after the run was cancelled. */
function afterItWasSent(what: string, fixed: Fixed, faults: KickoffFault[] = []): CancelSituation {
  return {
    what: `After it was sent, and then ${what}.`,
    ...fixed,
    bringAbout: (stage) => cancelAt(stage, startUpToAnswer(stage, { faults })),
  };
}

/** Once its history has got so far, which it reaches by itself. */
function whileItWaits(
  what: string,
  fixed: Fixed,
  fault: KickoffFault,
  until: (events: readonly HistoryEvent[]) => boolean,
): CancelSituation {
  return {
    what: `While the run waits ${what}.`,
    ...fixed,
    async bringAbout(stage) {
      const handle = await stage.start({ faults: [fault] });
      await followHistory(stage.client, runOf(handle), until);
      await handle.cancel();
      return [handle];
    },
  };
}

/** What a cancellation does to a kickoff. */
export const CANCEL_SITUATIONS: readonly CancelSituation[] = [
  {
    what: 'Before a worker has taken the kickoff.',
    outcome: 'notSent',
    run: 'isCancelledBefore',
    accepted: [0],
    async bringAbout(stage) {
      const taskQueue = `crewai-${randomUUID()}`;
      // Runs workflows and local activities; nobody takes the kickoff.
      const worker = { enableNonLocalActivities: false };
      const idle = await startCrewHarness({ taskQueue, worker });
      stage.beforeClose(() => idle.stop());
      const handle = await stage.start({ options: { taskQueue } });
      await followHistory(stage.client, runOf(handle), (events) =>
        events.some((event) => event.activityTaskScheduledEventAttributes),
      );
      await handle.cancel();
      return [handle];
    },
  },
  {
    what: 'Before it was sent; the worker is about to.',
    ...BEFORE_IT_STARTED,
    bringAbout: (stage) => cancelAt(stage, startUpToLastCheck(stage)),
  },
  afterItWasSent('accepted', { outcome: 'accepted', run: 'isCancelled', accepted: [1] }),
  afterItWasSent('refused', { outcome: 'refused', run: 'isRejected', accepted: [0] }, [
    { status: 422 },
  ]),
  afterItWasSent('not acted on', BEFORE_IT_STARTED, [{ status: 429 }]),
  afterItWasSent('answered with `504`', UNKNOWING, [{ status: 504, accepted: true }]),
  whileItWaits(
    'to send it again',
    BEFORE_IT_STARTED,
    { status: 503, headers: { 'retry-after': '600' } },
    waitsFor('kickoff 2 after one that was not acted on'),
  ),
  whileItWaits('as `kickoffUnknown`', UNKNOWING, { reset: true, accepted: true }, waitsForPerson),
];
