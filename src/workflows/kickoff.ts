import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { CrewActivities, KickoffOutcome, RunSettings } from '../contract.js';
import { createRunFailure, toReason } from './failures.js';
import { showDetails } from './display.js';
import { becomeKnown, becomeOther, publishKickoffId } from './kickoff-id.js';
import { toTokenField } from './run-state.js';
import type { Chain } from './waits.js';
import { waitUntil } from './waits.js';

/** On top of the API's time: connecting (10 s), the token, and telling Temporal the id. */
const KICKOFF_OVERHEAD_MS = 15_000;
/** Backoff of a kickoff that was not acted on: an API that is down is not helped by haste. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A Retry-After beyond this is more likely a mistake than a plan. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Makes the chain's one kickoff, or finds its id. Whether it may be sent again is decided here, from
 * the outcome, and never by a retry policy. Returns when `kickoffId` is known.
 */
export async function kickoffOnce(chain: Chain, settings: RunSettings): Promise<void> {
  const { run } = chain;
  adoptFromEarlierAttempt(chain);
  // An event, an update and an activity's result may each bring the id, so each turn looks again.
  while (run.kickoffId === null) {
    if (run.phase === 'kickoffUnknown') {
      await waitForResolution(chain, settings);
    } else if (run.kickoffNotBefore !== null) {
      await waitToKickOffAgain(chain);
    } else {
      // From here on a cancellation waits for the outcome; one that is here already does not.
      if (CancellationScope.current().consideredCancelled) {
        throw new CancelledFailure('Cancelled before the kickoff');
      }
      // A worker that comes too late must not start what nobody waits for any more.
      if (Date.now() >= (run.timeoutAt ?? Infinity)) throw createNeverStarted(run, settings);
      takeOutcome(chain, settings, await attemptKickoff(chain, settings));
    }
  }
  publishKickoffId(run);
}

/** A run that a retry policy started again must not kick off again. */
function adoptFromEarlierAttempt({ run }: Chain): void {
  const { attempt, lastFailure } = workflowInfo();
  if (attempt <= 1 || run.kickoffId !== null || run.phase === 'kickoffUnknown') return;
  const kickoffId = kickoffIdIn(
    lastFailure instanceof ApplicationFailure ? lastFailure.details?.[0] : undefined,
  );
  if (kickoffId !== null) becomeKnown(run, kickoffId);
  else
    becomeUnknown(
      run,
      'an earlier attempt of this workflow ended without saying whether it kicked off',
      null,
    );
}

async function attemptKickoff(
  { run, input }: Chain,
  settings: RunSettings,
): Promise<KickoffOutcome | null> {
  const { namespace, workflowId, firstExecutionRunId, originalExecutionRunId, runId } =
    workflowInfo();
  const { kickoff } = proxyActivities<CrewActivities>({
    startToCloseTimeout: settings.kickoffTimeoutMs + KICKOFF_OVERHEAD_MS,
    // Not idempotent: never retried by Temporal.
    retry: { maximumAttempts: 1 },
    // One that no worker has taken yet is cancelled; one under way is not unmade by looking away.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: `POST /kickoff · ${settings.crew}`,
  });
  const request = {
    crew: settings.crew,
    ...toTokenField(run),
    inputs: input.inputs ?? {},
    meta: { ...input.meta, temporal: { namespace, workflowId, firstExecutionRunId } },
    restoreFromStateId: input.restoreFromStateId ?? null,
    retryKickoffs: run.retryKickoffs,
    originalRunId: originalExecutionRunId,
    scheduledByRunId: runId,
    permittedRunId: run.retryKickoffs > 0 ? run.kickoffUnknownIn : null,
  };
  showDetails(run);
  let answer: KickoffOutcome | null = null;
  const answered = kickoff(request)
    .catch(toOutcome)
    .then((outcome) => {
      answer = outcome;
      // Known by an event meanwhile, or by a person's word: what this kickoff became counts too.
      if (outcome.outcome === 'accepted' && run.kickoffId !== null) {
        becomeOther(run, outcome.kickoffId);
      }
      return outcome;
    });
  // The activity signals the id before it returns, and whoever else knows it may as well.
  const known = CancellationScope.nonCancellable(() =>
    condition(() => run.kickoffId !== null || answer !== null),
  ).then(() => answer);
  return Promise.race([answered, known]);
}

/** An activity that failed instead of answering leaves the outcome open, unless it left the id. */
function toOutcome(error: unknown): KickoffOutcome {
  if (!(error instanceof ActivityFailure)) throw error;
  // It was not taken by any worker, or refused to send what is cancelled.
  if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
  const heartbeat = error.cause instanceof TimeoutFailure ? error.cause.lastHeartbeatDetails : null;
  const kickoffId = kickoffIdIn(heartbeat);
  if (kickoffId !== null) return { outcome: 'accepted', kickoffId };
  return {
    outcome: 'unknown',
    reason: `the kickoff's worker did not report back: ${toReason(error)}`,
    runId: null,
  };
}

function takeOutcome({ run }: Chain, settings: RunSettings, result: KickoffOutcome | null): void {
  if (result === null || run.kickoffId !== null) return;
  switch (result.outcome) {
    case 'accepted':
      becomeKnown(run, result.kickoffId);
      break;
    case 'notActedOn': {
      const backoff = Math.min(FIRST_RETRY_MS * 2 ** run.kickoffsNotActedOn, LONGEST_RETRY_MS);
      // No sooner than the backoff: a Retry-After of 0, or a date in the past, asks for no haste.
      const wait = Math.min(Math.max(result.retryAfterMs ?? 0, backoff), LONGEST_RETRY_AFTER_MS);
      run.kickoffsNotActedOn += 1;
      run.kickoffNotBefore = Date.now() + wait;
      run.lastError = result.reason;
      break;
    }
    case 'refused':
      throw createRunFailure('KickoffRejected', result.reason, {
        kickoffId: null,
        crew: settings.crew,
        httpStatus: result.httpStatus,
        missingInputs: result.missingInputs,
      });
    case 'unknown':
      becomeUnknown(run, result.reason, result.runId);
      break;
    default:
      throw new Error(`unknown kickoff outcome ${JSON.stringify(result satisfies never)}`);
  }
}

function becomeUnknown(run: Chain['run'], reason: string, runId: string | null): void {
  run.kickoffUnknownIn = runId;
  run.phase = 'kickoffUnknown';
  run.kickoffUnknownSince = Date.now();
  run.lastError = reason;
  log.warn('The kickoff may or may not have been acted on; a person has to resolve it', { reason });
}

async function waitToKickOffAgain(chain: Chain): Promise<void> {
  const { run } = chain;
  const now = Date.now();
  const timeoutAt = run.timeoutAt ?? now;
  const notBefore = run.kickoffNotBefore ?? now;
  await waitUntil(
    chain,
    () => run.kickoffId !== null,
    Math.min(notBefore, timeoutAt) - now,
    `kickoff ${run.kickoffsNotActedOn + 1} after one that was not acted on`,
  );
  if (run.kickoffId !== null) return;
  run.kickoffNotBefore = null;
}

function createNeverStarted(run: Chain['run'], { crew }: RunSettings): ApplicationFailure {
  const started =
    run.retryKickoffs > 0 ? 'the retried kickoff was not sent' : 'nothing was started';
  return createRunFailure(
    'TimedOut',
    `Crew "${crew}" could not be kicked off within the timeout; ${started}. The last reason: ` +
      `${run.lastError ?? 'no worker was there to do it'}. Start the run again when it can.`,
    { kickoffId: null, crew },
  );
}

async function waitForResolution(chain: Chain, settings: RunSettings): Promise<void> {
  const { run } = chain;
  const since = (run.kickoffUnknownSince ??= Date.now());
  const until = Math.min(since + settings.adoptionWindowMs, run.timeoutAt ?? Infinity);
  const resolved = await waitUntil(
    chain,
    () => run.kickoffId !== null || run.phase !== 'kickoffUnknown',
    until - Date.now(),
    'kickoff of unknown outcome: waits for adoptKickoff or retryKickoff',
  );
  if (resolved) return;
  const { workflowId } = workflowInfo();
  throw createRunFailure(
    'KickoffOutcomeUnknown',
    `Crew "${settings.crew}" may or may not have been started, and nobody said within the adoption ` +
      `window: ${run.lastError ?? 'no reason known'}. Look in AMP for a run whose ` +
      `meta.temporal.workflowId is "${workflowId}"; if there is one, start a run with its id as ` +
      `kickoffId; if there is none, start this run again.`,
    { kickoffId: null, crew: settings.crew },
  );
}

function kickoffIdIn(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('kickoffId' in details)) return null;
  return typeof details.kickoffId === 'string' && details.kickoffId !== ''
    ? details.kickoffId
    : null;
}
