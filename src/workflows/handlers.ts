import {
  type ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { KICKOFF_EVENT, QUERIES, SIGNALS, UPDATES } from '../contract.js';
import type { CrewRunProgress, KickoffKnown, KickoffRetried } from '../contract.js';
import { showDetails } from './display.js';
import {
  becomeKnown,
  becomeOther,
  isKickoffId,
  isPublished,
  publishKickoffId,
} from './kickoff-id.js';
import { assertSealedTokenFits, replaceBearerToken } from './replace-bearer-token.js';
import type { RunState } from './run-state.js';
import { toProgress } from './run-state.js';
import { refuse, refuseUnknownFields, toRecord } from './update-requests.js';
import type { Chain } from './waits.js';

export const progressQuery = defineQuery<CrewRunProgress>(QUERIES.progress);
/** Anyone may send anything: what does not fit {@link CrewEvent} is ignored, never thrown at. */
export const crewEventSignal = defineSignal<[event: unknown]>(SIGNALS.crewEvent);
export const waitForKickoffUpdate = defineUpdate<KickoffKnown, [request: unknown]>(
  UPDATES.waitForKickoff,
);
export const adoptKickoffUpdate = defineUpdate<KickoffKnown, [request: unknown]>(
  UPDATES.adoptKickoff,
);
export const retryKickoffUpdate = defineUpdate<KickoffRetried, [request: unknown]>(
  UPDATES.retryKickoff,
);
export const replaceBearerTokenUpdate = defineUpdate<Record<string, never>, [request: unknown]>(
  UPDATES.replaceBearerToken,
);

/** How a run ended, for handlers that still wait for something. Null while it goes on. */
export interface RunEnd {
  failure: ApplicationFailure | null;
}

/** Installs the handlers. Called before the workflow's first await, so that early events are kept. */
export function installHandlers(chain: Chain, end: RunEnd): void {
  const { run } = chain;
  setHandler(progressQuery, () => toProgress(run), {
    description: 'How far the run is, and what comes next',
  });

  setHandler(
    crewEventSignal,
    (event) => {
      const { type, runId, kickoffId } = toRecord(event);
      // An event for an earlier use of the same workflow id says nothing about this run.
      if (runId !== undefined && runId !== workflowInfo().firstExecutionRunId) return;
      const ofKickoff = type === KICKOFF_EVENT && isKickoffId(kickoffId);
      if (run.kickoffId === null && isKickoffId(kickoffId)) {
        // While a kickoff is under way, only an event that names this chain can mean it.
        if (runId === undefined && run.phase !== 'kickoffUnknown') return;
        becomeKnown(run, kickoffId);
      } else if (ofKickoff) {
        becomeOther(run, kickoffId);
        showDetails(run);
      }
      // News of the kickoff itself is no news of the crew: the first poll keeps its interval.
      if (ofKickoff) return;
      run.pollNow = true;
      chain.hurry?.();
    },
    { description: 'Something happened to this run: poll now' },
  );

  setHandler(
    waitForKickoffUpdate,
    async () => {
      const settled = () => isPublished(run) || end.failure !== null;
      try {
        await condition(settled);
      } catch (error) {
        if (!isCancellation(error)) throw error;
        // A cancelled run still waits for its kickoff's outcome, and so does whoever asks for it.
        await CancellationScope.nonCancellable(() => condition(settled));
      }
      if (run.kickoffId !== null) return { kickoffId: run.kickoffId };
      throw end.failure ?? new Error('unreachable: neither a kickoffId nor an end');
    },
    {
      description: 'Answers { kickoffId } as soon as it is known',
      validator: (request) => refuseUnknownFields(UPDATES.waitForKickoff, request ?? {}, []),
    },
  );

  setHandler(
    adoptKickoffUpdate,
    (request) => {
      const kickoffId = toRecord(request)['kickoffId'];
      if (!isKickoffId(kickoffId))
        throw new Error('unreachable: the validator lets only ids through');
      const heard = run.kickoffId;
      becomeKnown(run, kickoffId);
      publishKickoffId(run);
      // An event brought another one in the same moment: a person's word counts.
      if (heard !== null) becomeOther(run, heard);
      return { kickoffId };
    },
    {
      description: 'Resolves a kickoff of unknown outcome: it was acted on, and this is its id',
      validator: (request) => {
        refuseUnlessUnknown(UPDATES.adoptKickoff, run);
        refuseUnknownFields(UPDATES.adoptKickoff, request, ['kickoffId']);
        if (!isKickoffId(toRecord(request)['kickoffId'])) {
          refuse(
            `${UPDATES.adoptKickoff}: kickoffId has to be a text without spaces, of 1 to 200 characters`,
          );
        }
      },
    },
  );

  setHandler(
    retryKickoffUpdate,
    () => {
      run.retryKickoffs += 1;
      // Else an event brought the id in the same moment.
      if (run.kickoffId === null) {
        run.phase = 'kickingOff';
        run.kickoffUnknownSince = null;
      }
      showDetails(run);
      return { retryKickoffs: run.retryKickoffs };
    },
    {
      description: 'Resolves a kickoff of unknown outcome: nothing was started, send it again',
      validator: (request) => {
        refuseUnlessUnknown(UPDATES.retryKickoff, run);
        refuseUnknownFields(UPDATES.retryKickoff, request ?? {}, []);
      },
    },
  );

  setHandler(
    replaceBearerTokenUpdate,
    async (request) => {
      await replaceBearerToken(chain, request);
      return {};
    },
    {
      description: 'Gives the run a new sealed token, with which it polls at once',
      validator: (request) => assertSealedTokenFits(run, request),
    },
  );
}

function refuseUnlessUnknown(update: string, run: RunState): void {
  if (run.phase === 'kickoffUnknown' && run.kickoffId === null) return;
  const id = run.kickoffId === null ? '' : `, kickoffId ${run.kickoffId}`;
  refuse(
    `${update} is for a run whose kickoff has an unknown outcome; this one is ${run.phase}${id}`,
  );
}
