import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  TemporalFailure,
} from '@temporalio/workflow';
import type {
  CollectedResult,
  CrewActivities,
  CrewRunOutput,
  RunSettings,
  StatusReport,
  StatusRequest,
} from '../contract.js';
import { showDetails, toPollSummary } from './display.js';
import { createRunFailure, toReason, toRunFailure } from './failures.js';
import { pollingIntervalMs } from './polling-interval.js';
import { toTokenField } from './run-state.js';
import { markStatus } from './search-attributes.js';
import { takeReport, toVerdict } from './status-reports.js';
import type { Chain } from './waits.js';
import { continueRunAsNew, raceAgainst, shouldContinueAsNew, waitForPoll } from './waits.js';

/** A local activity holds a workflow task: longer than this, and slow crews would stop healthy ones. */
const FAST_READ_MS = 1_000;
/** An answer within half of that goes back to local activities, so that the two do not alternate. */
const FAST_AGAIN_MS = 500;
/** A status that takes longer is as good as none, and a dead worker's read is found missing after it. */
const READ_MS = 30_000;
/** Slower than the polls' own growth: an outage has no end that one could plan for. */
const RETRY_BACKOFF = 1.5;
/** The result of a crew that completed at the last moment is still worth this much waiting. */
const COLLECT_MS = 300_000;

const local = proxyLocalActivities<CrewActivities>({
  startToCloseTimeout: FAST_READ_MS,
  // Waiting for a free slot at the worker holds the workflow task as well.
  scheduleToCloseTimeout: 2 * FAST_READ_MS,
  retry: { maximumAttempts: 1 },
  summary: 'GET /status',
});

/**
 * The SDK keeps a reaction for each timer and activity on the scope that it was started in, as long
 * as that scope lives: on the run's own, 2.5 KB a poll. A scope for so many polls lets go of them.
 */
const POLLS_PER_SCOPE = 20;

/** Polls until the crew is over, and returns what it left. `kickoffId` is known from here on. */
export async function pollUntilOver(
  chain: Chain,
  settings: RunSettings,
  kickoffId: string,
): Promise<CrewRunOutput> {
  for (;;) {
    const output = await CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      try {
        return await pollSomeTimes(chain, settings, kickoffId);
      } finally {
        scope.cancel();
      }
    });
    if (output !== null) return output;
  }
}

/** Returns null when it is to be called again, in a scope of its own. */
async function pollSomeTimes(
  chain: Chain,
  settings: RunSettings,
  kickoffId: string,
): Promise<CrewRunOutput | null> {
  const { run } = chain;
  for (let polls = 0; polls < POLLS_PER_SCOPE; polls += 1) {
    // Not only after the wait: there, the handler of the event that ended it is not finished yet.
    if (shouldContinueAsNew()) await continueRunAsNew(chain);
    const waitMs = run.pollNow ? 0 : toWaitMs(run, settings);
    if (waitMs > 0) {
      run.nextPollAt = Date.now() + waitMs;
      await waitForPoll(chain, waitMs, toPollSummary(run));
      chain.hurry = null;
      if (shouldContinueAsNew()) await continueRunAsNew(chain);
      // An event was first: the end of the scope cancels the timer, and the next one polls at once.
      if (run.pollNow) return null;
    }
    run.pollNow = false;
    run.nextPollAt = null;
    // Each time anew: the token may have been replaced.
    const request = { crew: settings.crew, ...toTokenField(run), kickoffId };
    const fast = run.slow ? null : await readFast(chain, request);
    const report = fast ?? (await readSlowly(chain, settings, request));
    let verdict = takeAndJudge(chain, settings, report);
    if (verdict === 'collect') {
      const collected = await collect(chain, settings, request);
      if (collected.over) return collected.output;
      verdict = takeAndJudge(chain, settings, collected.report);
    }
    if (verdict === 'vanished') throw createVanished(settings, kickoffId);
    if (verdict === 'timedOut') {
      throw createTimedOut(
        settings,
        kickoffId,
        run.lastError ?? `last status: ${run.status ?? 'none'}`,
      );
    }
  }
  return null;
}

function takeAndJudge(
  { run }: Chain,
  settings: RunSettings,
  report: StatusReport | null,
): ReturnType<typeof toVerdict> {
  const now = Date.now();
  const before = run.phase;
  const word = takeReport(run, report, now);
  if (word !== null) log.warn('The API answers with a status that nobody knows', { word });
  if (run.phase === 'onHold' && before !== 'onHold') {
    log.warn('The API refuses the token: the run is on hold', { reason: run.lastError });
  }
  if (run.status !== null) markStatus(run.status);
  return toVerdict(run, report, settings, now);
}

function toWaitMs(run: Chain['run'], settings: RunSettings): number {
  const now = Date.now();
  const interval =
    run.phase === 'onHold'
      ? settings.maximumIntervalMs
      : pollingIntervalMs(settings, now - (run.pollingSince ?? now), Math.random());
  return Math.min(interval, (run.timeoutAt ?? Infinity) - now);
}

/** Six history events a poll instead of eleven, and no round trip to the server. */
async function readFast({ run }: Chain, request: StatusRequest): Promise<StatusReport | null> {
  try {
    return await local.getStatus(request);
  } catch (error) {
    assertFailedRead(error);
    run.slow = true;
    run.lastError = toReason(error);
    return null;
  }
}

/** A status report, or null when nothing answered. */
async function readSlowly(
  chain: Chain,
  settings: RunSettings,
  request: StatusRequest,
): Promise<StatusReport | null> {
  const report = await readVisibly(chain, settings, request, toRemainingMs(chain));
  // Status is read once more before the timeout is judged: the API may be back since the last retry.
  return report ?? (toRemainingMs(chain) > 0 ? null : readOnce(chain, request));
}

/** A pending activity: its attempts and its last failure stand in the Web UI, and cost no history. */
async function readVisibly(
  chain: Chain,
  settings: RunSettings,
  request: StatusRequest,
  remainingMs: number,
): Promise<StatusReport | null> {
  if (remainingMs <= 0) return null;
  const { getStatus } = proxyActivities<CrewActivities>({
    startToCloseTimeout: READ_MS,
    scheduleToCloseTimeout: remainingMs,
    retry: {
      initialInterval: settings.initialIntervalMs,
      backoffCoefficient: RETRY_BACKOFF,
      maximumInterval: settings.maximumIntervalMs,
    },
    summary: 'GET /status',
  });
  return takeRead(chain, () =>
    raceAgainst(chain, () => getStatus(request), remainingMs, 'timeout of the run'),
  );
}

async function readOnce(chain: Chain, request: StatusRequest): Promise<StatusReport | null> {
  const { getStatus } = proxyActivities<CrewActivities>({
    startToCloseTimeout: READ_MS,
    scheduleToCloseTimeout: READ_MS,
    retry: { maximumAttempts: 1 },
    summary: 'GET /status once more before the timeout',
  });
  return takeRead(chain, () => getStatus(request));
}

async function takeRead(
  { run }: Chain,
  read: () => Promise<StatusReport | null>,
): Promise<StatusReport | null> {
  try {
    const report = await read();
    run.slow = report === null || report.tookMs > FAST_AGAIN_MS;
    return report;
  } catch (error) {
    assertFailedRead(error);
    const failure = toRunFailure(error);
    if (failure !== null) throw failure;
    run.lastError = toReason(error);
    return null;
  }
}

async function collect(
  chain: Chain,
  settings: RunSettings,
  request: StatusRequest,
): Promise<CollectedResult> {
  const { run } = chain;
  run.phase = 'collecting';
  const { collectResult } = proxyActivities<CrewActivities>({
    startToCloseTimeout: READ_MS,
    scheduleToCloseTimeout: Math.max(toRemainingMs(chain), COLLECT_MS),
    retry: {
      initialInterval: settings.initialIntervalMs,
      backoffCoefficient: RETRY_BACKOFF,
      maximumInterval: settings.maximumIntervalMs,
    },
    summary: `GET /status · ${run.status === 'completed' ? 'the output' : 'the error'}`,
  });
  try {
    showDetails(run);
    return await collectResult(request);
  } catch (error) {
    assertFailedRead(error);
    const failure = toRunFailure(error);
    if (failure !== null) throw failure;
    run.lastError = toReason(error);
  }
  throw createTimedOut(
    settings,
    request.kickoffId,
    `the crew is over (${run.status ?? 'unknown'}), but its result could not be read: ${run.lastError ?? 'no answer'}`,
  );
}

/**
 * A read that got no answer: the run goes on. A worker that shuts down cancels its reads as well, so
 * a cancellation is one only when it is the run's own.
 */
function assertFailedRead(error: unknown): asserts error is TemporalFailure {
  if (!(error instanceof TemporalFailure)) throw error;
  if (!CancellationScope.current().consideredCancelled) return;
  // A read that failed just before the cancellation must not decide how the run ends.
  throw isCancellation(error) ? error : new CancelledFailure('Cancelled during a read', [], error);
}

function toRemainingMs({ run }: Chain): number {
  return (run.timeoutAt ?? Infinity) - Date.now();
}

function createVanished({ crew, notFoundGraceMs }: RunSettings, kickoffId: string) {
  return createRunFailure(
    'CrewRunNotFound',
    `Crew "${crew}" does not know run ${kickoffId} (for longer than ${notFoundGraceMs / 1_000} s). ` +
      'A redeployment forgets its runs. Look in AMP for what became of it before starting another.',
    { kickoffId, crew },
  );
}

function createTimedOut({ crew, timeoutMs }: RunSettings, kickoffId: string, reason: string) {
  return createRunFailure(
    'TimedOut',
    `Run ${kickoffId} of crew "${crew}" was not over within ${timeoutMs / 1_000} s (${reason}). ` +
      'It may still be running: start a run with this kickoffId to go on waiting for it.',
    { kickoffId, crew },
  );
}
