import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { CrewActivities, CrewRunInput, CrewRunOutput, RunSettings } from '../contract.js';
import { UPDATE_FAILURE_TYPES } from '../contract.js';
import { showDetails } from './display.js';
import { createRunFailure, toReason, toRunFailure } from './failures.js';
import type { RunEnd } from './handlers.js';
import { installHandlers } from './handlers.js';
import { kickoffOnce } from './kickoff.js';
import { becomeKnown, publishKickoffId } from './kickoff-id.js';
import { pollUntilOver } from './poll.js';
import type { RunState } from './run-state.js';
import { createRunState, restoreRunState } from './run-state.js';
import type { Chain } from './waits.js';

/**
 * Of a crew's error, in the failure's message: it stands in the stack trace and the details as well,
 * and a failure of more than 2 MB can never be reported. The details have the whole text.
 */
const LONGEST_REASON = 1_000;

/**
 * Kicks off a crew and polls its status until it has completed or failed.
 *
 * @param input {@link CrewRunInput}; checked by the worker
 * @param carried the state that continue-as-new hands on; callers leave it out
 * @throws ApplicationFailure of a type in `FAILURE_TYPES`, non-retryable
 */
export async function kickoffAndPollUntilComplete(
  input: CrewRunInput,
  carried?: RunState,
): Promise<CrewRunOutput> {
  const run = carried === undefined ? createRunState() : restoreRunState(carried);
  const end: RunEnd = { failure: null };
  const chain: Chain = { run, input, hurry: null };
  installHandlers(chain, end);
  showDetails(run);
  try {
    const output = await runCrew(chain);
    await finish(run);
    return output;
  } catch (error) {
    // Continue-as-new ends nothing, and a defect fails the workflow task until it is mended.
    if (!(error instanceof TemporalFailure)) throw error;
    end.failure = toEnd(error, run);
    run.lastError = end.failure.message;
    await finish(run);
    throw error;
  }
}

async function finish(run: RunState): Promise<void> {
  run.phase = 'done';
  run.nextPollAt = null;
  // Of a run that ended in the moment in which it heard of its id.
  publishKickoffId(run);
  showDetails(run);
  // An update that waits for the kickoffId is answered before the run closes.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
}

async function runCrew(chain: Chain): Promise<CrewRunOutput> {
  const { run, input } = chain;
  const settings = (run.settings ??= await checkInput(input));
  // Not again after continue-as-new: it may have been replaced.
  run.sealedToken ??= input.bearerToken ?? null;
  // Carried through continue-as-new, which does not move the deadline.
  run.timeoutAt ??= workflowInfo().startTime.getTime() + settings.timeoutMs;
  if (settings.kickoffId !== null && run.kickoffId === null) becomeKnown(run, settings.kickoffId);
  await kickoffOnce(chain, settings);
  if (run.kickoffId === null) throw new Error('unreachable: kickoffOnce returns with an id');
  const output = await pollUntilOver(chain, settings, run.kickoffId);
  if (output.status === 'error' && settings.onCrewError === 'fail') {
    throw createRunFailure(
      'CrewExecutionFailed',
      `Crew "${settings.crew}" ended in error: ` +
        (output.error?.slice(0, LONGEST_REASON) ?? 'the API gives no reason'),
      { ...output, crew: settings.crew },
    );
  }
  return output;
}

async function checkInput(input: unknown): Promise<RunSettings> {
  const { cronSchedule } = workflowInfo();
  if (cronSchedule) {
    throw createRunFailure(
      'InvalidInput',
      'A cron schedule makes all its runs one chain, and a chain kicks off once. ' +
        'Use a Temporal schedule: each of its runs is a chain of its own.',
      { kickoffId: null },
    );
  }
  const local = proxyLocalActivities<CrewActivities>({
    // Reads no more than the worker's own memory.
    startToCloseTimeout: '10s',
    summary: 'check the input',
  });
  try {
    return await local.checkInput({ input });
  } catch (error) {
    throw toRunFailure(error) ?? error;
  }
}

/** What an update that still waits is told, and the run's last word. */
function toEnd(error: TemporalFailure, run: RunState): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  return ApplicationFailure.create({
    message: isCancellation(error) ? toCancelMessage(run) : `The run ended: ${toReason(error)}`,
    nonRetryable: true,
    type: UPDATE_FAILURE_TYPES.RunEnded,
  });
}

function toCancelMessage(run: RunState): string {
  if (run.kickoffId !== null) return `Cancelled; run ${run.kickoffId} of the crew goes on`;
  if (run.phase === 'kickoffUnknown') {
    return 'Cancelled while nobody knew whether the crew was started: nothing could be stopped';
  }
  return 'Cancelled before the crew was started';
}
