import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { expect } from 'vitest';
import { startCrewHarness } from '../support/crew-harness.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory } from '../support/run-history.js';
import { runOf } from './follow-reaction.js';
import {
  startUpToAnswer,
  startUpToLastCheck,
  startUpToReport,
  startUpToSignal,
} from './moments.js';
import type { Situation } from './situation.js';
import type { CrewStage } from './stage.js';
import { receivedOf } from './stage.js';

type CrewSituation = Situation<CrewStage>;

/** Time for a run to get to where the outage begins, which lasts 15 s longer than this. */
const KICKOFF_TIMEOUT_MS = 8_000;

const hasTimedOut = (events: readonly HistoryEvent[]) =>
  events.some((event) => event.activityTaskTimedOutEventAttributes);
const hasReported = (events: readonly HistoryEvent[]) =>
  events.some((event) => event.activityTaskCompletedEventAttributes);

/** What an outage of Temporal does to the kickoffs under way. It outlasts their attempts. */
export const OUTAGE_SITUATIONS: readonly CrewSituation[] = [
  {
    what: 'The answer comes while Temporal is out of reach, and stays so until it has given up the attempt.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    whenCancelled: {
      what: 'The answer comes while Temporal is out of reach, and stays so until it has given up the attempt.',
      outcome: 'unknown',
      run: 'isCancelledEither',
      accepted: [1],
    },
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToAnswer(stage, {}, KICKOFF_TIMEOUT_MS);
      stage.meanwhile.push(async () => {
        goOn();
        await followHistory(stage.client, runOf(handle), hasTimedOut);
      });
      return [handle];
    },
  },
  {
    what: 'It is about to be sent when Temporal gets out of reach, and stays so until it has given up the attempt: nothing is sent.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      stage.meanwhile.push(async () => {
        await followHistory(stage.client, runOf(handle), hasTimedOut);
        goOn();
        expect(receivedOf(stage, handle)).toEqual([]);
      });
      return [handle];
    },
  },
];

/** Nobody reaches Temporal through the door. */
export async function outage(stage: CrewStage): Promise<void> {
  stage.door.shut();
  await Promise.all(stage.meanwhile.map((act) => act()));
  stage.door.open();
}

/** What it does to a kickoff when single calls to Temporal are lost. */
export const LOST_CALL_SITUATIONS: readonly CrewSituation[] = [
  {
    what: 'Temporal does not say within 10 s whether the attempt still counts: nothing is sent.',
    outcome: 'notActedOn',
    run: 'sendsAgain',
    accepted: [1],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToLastCheck(stage);
      await followHistory(stage.client, runOf(handle), hasReported);
      goOn();
      return [handle];
    },
  },
  {
    what: 'Temporal says that the attempt counts, and its word comes when that is over: nothing is sent.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      // An attempt has 16 s here, and that call 10 s: it begins late, and its answer is later.
      let attemptOver = Promise.resolve();
      const token = () => {
        attemptOver = delay(16_000);
        return delay(8_000, 'crew-token');
      };
      const crew = stage.addCrew({ kickoffTimeoutMs: 1_000, token });
      const workflowId = `run-${randomUUID()}`;
      const { release } = stage.door.holdAnswers({
        method: 'RecordActivityTaskHeartbeat',
        mentions: [workflowId, 'sending'],
      });
      const handle = await stage.start({ input: { crew }, options: { workflowId } });
      await followHistory(stage.client, runOf(handle), hasTimedOut);
      // By the worker's clock too, which began when the task arrived.
      await attemptOver;
      release();
      return [handle];
    },
  },
  {
    what: 'The id is signalled, and the report of the attempt is lost.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpToReport(stage);
      // The worker would wait for it.
      stage.beforeClose(() => Promise.resolve(goOn()));
      return [handle];
    },
  },
  {
    what: 'The id is signalled, and the report of the attempt cannot be encoded.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    async bringAbout(stage) {
      const taskQueue = `crewai-${randomUUID()}`;
      const crew = await startCrewHarness({
        taskQueue,
        crew: { url: stage.amp.url },
        workerAddress: stage.door.address,
        worker: { dataConverter: { payloadCodecs: [withoutOutcomes] } },
      });
      stage.beforeClose(() => crew.stop());
      return [await stage.start({ options: { taskQueue } })];
    },
  },
];

/** As a codec whose keys cannot be had. */
const withoutOutcomes: PayloadCodec = {
  encode(payloads: Payload[]) {
    const text = payloads.map(({ data }) => Buffer.from(data ?? []).toString()).join();
    if (text.includes('"outcome"')) return Promise.reject(new Error('this cannot be encoded'));
    return Promise.resolve(payloads);
  },
  decode: (payloads) => Promise.resolve(payloads),
};

/** There is no worker for the kickoff. */
export const NO_WORKER_SITUATIONS: readonly CrewSituation[] = [
  {
    what: 'No worker takes it before `timeout` has passed.',
    outcome: 'notSent',
    run: 'timesOut',
    accepted: [0],
    async bringAbout(stage) {
      const taskQueue = `crewai-${randomUUID()}`;
      const handle = await stage.start({ input: { timeout: 1 }, options: { taskQueue } });
      const late = await startCrewHarness({ taskQueue, crew: { url: stage.amp.url } });
      stage.beforeClose(() => late.stop());
      return [handle];
    },
  },
];

/** What it does to a kickoff when its worker is told to stop: it ends what it has begun. */
export const SHUTDOWN_SITUATIONS: readonly CrewSituation[] = [
  ...[
    {
      what: 'Before it was sent: it is sent, and its answer waited for.',
      startUpTo: startUpToLastCheck,
      whenCancelled: {
        what: 'The worker is told to end before it was sent: it is not sent.',
        outcome: 'notActedOn',
        run: 'isCancelledBefore',
        accepted: [0],
      } as const,
    },
    { what: 'After it was sent: its answer is waited for.', startUpTo: startUpToAnswer },
    {
      what: 'Before its id is signalled: the worker stays until it is.',
      startUpTo: startUpToSignal,
    },
  ].map(({ startUpTo, ...rest }): CrewSituation => ({
    ...rest,
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    async bringAbout(stage) {
      const { handle, goOn } = await startUpTo(stage);
      stage.meanwhile.push(() => Promise.resolve(goOn()));
      return [handle];
    },
  })),
];

/** The worker is stopped, without a grace time, and another one started. */
export async function shutDown(stage: CrewStage): Promise<void> {
  const replaced = stage.crew.replaceWorker();
  expect(stage.crew.worker.getState()).not.toBe('RUNNING');
  await Promise.all(stage.meanwhile.map((act) => act()));
  await replaced;
}
