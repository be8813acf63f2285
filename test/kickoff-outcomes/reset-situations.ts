import { randomUUID } from 'node:crypto';
import { WorkflowUpdateStage } from '@temporalio/client';
import { expect } from 'vitest';
import type { KickoffFault } from '../../src/testing/index.js';
import type { CrewRunHandle } from '../support/crew-harness.js';
import { progressUntil } from '../support/crew-harness.js';
import type { HistoryEvent } from '../support/run-history.js';
import { followHistory } from '../support/run-history.js';
import { resolve, runOf, waitsForPerson } from './follow-reaction.js';
import { startUpToSignal } from './moments.js';
import type { ChainSituation } from './situation.js';
import type { CrewStage } from './stage.js';
import { acceptedOf, receivedOf } from './stage.js';

type ResetSituation = ChainSituation<CrewStage>;

/** The points that a run can be reset to: the ends of its workflow tasks. */
function resetPoints(events: readonly HistoryEvent[]): HistoryEvent[] {
  return events.filter((event) => event.workflowTaskCompletedEventAttributes);
}

/** As the Web UI does it. Returns the new run of the chain. */
async function reset(
  stage: CrewStage,
  handle: CrewRunHandle,
  point: HistoryEvent | undefined,
): Promise<CrewRunHandle> {
  const { workflowId, firstExecutionRunId } = handle;
  const { runId } = await stage.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId: firstExecutionRunId },
    reason: 'test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: point?.eventId ?? null,
  });
  const again = Object.assign(stage.client.workflow.getHandle(workflowId, runId), {
    firstExecutionRunId,
  }) as CrewRunHandle;
  stage.runs.push(again);
  return again;
}

/** What a run of the chain does by itself after a reset. */
type Conduct = 'waits' | 'completes' | 'fails';

async function conductOf(handle: CrewRunHandle): Promise<Conduct> {
  const { phase } = await progressUntil(handle, ({ phase }) =>
    ['kickoffUnknown', 'done'].includes(phase),
  );
  if (phase === 'kickoffUnknown') return 'waits';
  return handle.result().then(
    () => 'completes',
    () => 'fails',
  );
}

/** Resets a run that has ended to each of its points, one after the other. */
async function resetEverywhere(stage: CrewStage, handle: CrewRunHandle): Promise<Conduct[]> {
  const events = await followHistory(stage.client, runOf(handle));
  const received = receivedOf(stage, handle).length;
  const conducts: Conduct[] = [];
  for (const point of resetPoints(events)) {
    const again = await reset(stage, handle, point);
    const conduct = await conductOf(again);
    conducts.push(conduct);
    if (conduct === 'completes') {
      const { kickoffId } = await again.result();
      expect(kickoffId).toBe(acceptedOf(stage, handle)[0]?.kickoffId);
    }
    if (conduct === 'waits' && acceptedOf(stage, handle).length > 0) {
      await resolve(stage, again);
      await again.result();
    } else if (conduct === 'waits') await again.cancel();
  }
  expect(receivedOf(stage, handle)).toHaveLength(received);
  return conducts;
}

/** A run that ends by itself, or by a person's word, and is then reset to each of its points. */
function resetOfEnded(
  row: Omit<ResetSituation, 'play'> & {
    /** Answers with a run that has ended. */
    live: (stage: CrewStage) => Promise<CrewRunHandle>;
    /** What the runs did, reset to one point after the other. */
    conducts: RegExp;
  },
): ResetSituation {
  const { live, conducts, ...situation } = row;
  return {
    ...situation,
    async play(stage) {
      const handle = await live(stage);
      const seen = await resetEverywhere(stage, handle);
      expect(seen.join(' ')).toMatch(conducts);
      return [acceptedOf(stage, handle).length];
    },
  };
}

/** A run that a person helped, where it needed that. */
function ended(...faults: KickoffFault[]): (stage: CrewStage) => Promise<CrewRunHandle> {
  return async (stage) => {
    const handle = await stage.start({ faults });
    if ((await conductOf(handle)) === 'waits') await resolve(stage, handle);
    await conductOf(handle);
    return handle;
  };
}

/** A client asked for the id before it was there. */
async function endedAndAsked(stage: CrewStage): Promise<CrewRunHandle> {
  const { handle, goOn } = await startUpToSignal(stage);
  const asked = await handle.startUpdate('waitForKickoff', {
    args: [{}],
    waitForStage: WorkflowUpdateStage.ACCEPTED,
  });
  goOn();
  await asked.result();
  await handle.result();
  return handle;
}

/** A person gave the id, and then the worker that had it reached Temporal again. */
async function endedAndToldLate(stage: CrewStage): Promise<CrewRunHandle> {
  const handle = await stage.start({
    faults: [{ reset: true, accepted: true }],
    input: { polling: { initialInterval: '1h' } },
  });
  await followHistory(stage.client, runOf(handle), waitsForPerson);
  await resolve(stage, handle);
  const kickoffId = acceptedOf(stage, handle)[0]?.kickoffId;
  const event = { kickoffId, runId: handle.firstExecutionRunId };
  await handle.signal('crewEvent', { ...event, type: 'kickoff' });
  // Of the crew itself, which ends the wait for the first poll.
  await handle.signal('crewEvent', event);
  await handle.result();
  return handle;
}

const ADOPTS_ITS_OWN =
  'sends nothing: adopts its own kickoff, whose id stands in history as a signal';

/** What a reset does to the kickoff of its chain. */
export const RESET_SITUATIONS: readonly ResetSituation[] = [
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    live: ended(),
    conducts: /^completes( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task; its kickoff was sent twice, since the first was not acted on.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    live: ended({ status: 429 }),
    conducts: /^completes( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task; a person had said `retryKickoff`.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    live: ended({ reset: true }),
    conducts: /^completes( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task; a person had said `adoptKickoff`.',
    run: 'sends nothing: waits as `kickoffUnknown` again where the point is before the adoption, else goes on with the id',
    accepted: [1],
    live: ended({ reset: true, accepted: true }),
    conducts: /^waits( waits)*( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task; a person had said `adoptKickoff`, and then the id came from the worker.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    live: endedAndToldLate,
    conducts: /^completes( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run that has completed, to any workflow task; a client had asked `waitForKickoff`.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    live: endedAndAsked,
    conducts: /^completes( completes)+$/,
  }),
  resetOfEnded({
    what: 'Reset of a run whose kickoff was refused, to any workflow task.',
    run: 'sends nothing: waits as `kickoffUnknown` where the point is before the refusal, else fails as before',
    accepted: [0],
    live: ended({ status: 422 }),
    conducts: /^waits( waits)*( fails)+$/,
  }),
  {
    what: 'Reset of a run that is under way, to its first workflow task.',
    run: ADOPTS_ITS_OWN,
    accepted: [1],
    async play(stage) {
      const handle = await stage.start({ input: { polling: { initialInterval: '1h' } } });
      const { kickoffId } = await progressUntil(handle, ({ phase }) => phase === 'polling');
      const again = await resetToFirst(stage, handle);
      const progress = await progressUntil(again, ({ phase }) => phase === 'polling');
      expect(progress.kickoffId).toBe(kickoffId);
      await again.terminate();
      return [acceptedOf(stage, handle).length];
    },
  },
  {
    what: 'Reset of a run whose kickoff is under way, to its first workflow task.',
    run: 'sends nothing: waits as `kickoffUnknown`',
    accepted: [1],
    async play(stage) {
      const handle = await stage.start({ faults: [{ hang: true, accepted: true }] });
      await stage.amp.ledger.until(() => receivedOf(stage, handle).length === 1);
      return [await expectToWait(stage, await resetToFirst(stage, handle))];
    },
  },
  {
    what: 'Reset of a run that waits as `kickoffUnknown`, to its first workflow task.',
    run: 'sends nothing: waits as `kickoffUnknown` again',
    accepted: [1],
    async play(stage) {
      const handle = await stage.start({ faults: [{ reset: true, accepted: true }] });
      await followHistory(stage.client, runOf(handle), waitsForPerson);
      return [await expectToWait(stage, await resetToFirst(stage, handle))];
    },
  },
  {
    what: 'Reset that applies a `retryKickoff` again, which Temporal does by itself.',
    run: 'sends nothing: the word counts in the run that the person saw; waits as `kickoffUnknown` again',
    accepted: [0],
    async play(stage) {
      const handle = await stage.start({ faults: [{ reset: true }, { reset: true }] });
      const isWaiting = () => progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
      await isWaiting();
      await resolve(stage, handle);
      await stage.amp.ledger.until(() => receivedOf(stage, handle).length === 2);
      await isWaiting();
      const { events } = await handle.fetchHistory();
      const retried = events?.findIndex(
        (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
      );
      const again = await reset(stage, handle, resetPoints(events?.slice(0, retried) ?? []).at(-1));
      await progressUntil(
        again,
        ({ lastError }) => lastError?.includes('reset to a point before its kickoff') ?? false,
      );
      expect(receivedOf(stage, handle)).toHaveLength(2);
      const accepted = acceptedOf(stage, handle).length;
      // Said to this run, it counts.
      await resolve(stage, again);
      await expect(again.result()).resolves.toMatchObject({ status: 'completed' });
      return [accepted];
    },
  },
];

async function resetToFirst(stage: CrewStage, handle: CrewRunHandle): Promise<CrewRunHandle> {
  const { events } = await handle.fetchHistory();
  return reset(stage, handle, resetPoints(events ?? [])[0]);
}

/** Returns how many kickoffs of its chain were accepted before a person gave it the id. */
async function expectToWait(stage: CrewStage, handle: CrewRunHandle): Promise<number> {
  const { lastError } = await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
  expect(lastError).toContain('reset');
  const accepted = acceptedOf(stage, handle).length;
  await resolve(stage, handle);
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  expect(receivedOf(stage, handle)).toHaveLength(1);
  return accepted;
}
