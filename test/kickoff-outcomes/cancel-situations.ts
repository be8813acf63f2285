import { randomUUID } from 'node:crypto';
import type { KickoffFault } from '../../src/testing/index.js';
import { startCrewHarness } from '../support/crew-harness.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory, waitsFor } from '../support/run-history.js';
import { cancelKickoff } from './cancelled.js';
import { runOf, waitsForPerson } from './follow-reaction.js';
import { startUpToLastCheck } from './moments.js';
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

/** What a cancellation does to a kickoff that is not under way; `cancelled.ts` has those that are. */
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
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      await cancelKickoff(stage, handle);
      goOn();
      return [handle];
    },
  },
  whileItWaits(
    'to send it again',
    BEFORE_IT_STARTED,
    { status: 503, headers: { 'retry-after': '600' } },
    waitsFor('kickoff 2 after one that was not acted on'),
  ),
  whileItWaits('as `kickoffUnknown`', UNKNOWING, { reset: true, accepted: true }, waitsForPerson),
];
