import {
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CrewRunInput, CrewRunOutput } from '../contract.js';
import { MEMO } from '../contract.js';
import { showDetails } from './display.js';
import type { RunState } from './run-state.js';

/** The workflow's own signature: what continue-as-new hands to the next run of the chain. */
export type CrewRunWorkflow = (input: CrewRunInput, carried?: RunState) => Promise<CrewRunOutput>;

/** A run, and what its next run of the chain needs to be the same. */
export interface Chain {
  run: RunState;
  input: CrewRunInput;
  /** Ends the wait for the next poll, where the run is in one. */
  hurry: (() => void) | null;
}

/**
 * Waits for `ms`, or until `chain.hurry` is called; the caller's scope then cancels the timer.
 *
 * A run spends nearly all of its life here, and the SDK keeps a stack trace with each promise that is
 * pending meanwhile: so this is a bare timer, where a condition would add a scope and a race.
 */
export function waitForPoll(chain: Chain, ms: number, summary: string): Promise<void> {
  showDetails(chain.run);
  return new Promise((resolve, reject) => {
    chain.hurry = resolve;
    sleep(Math.max(1, Math.ceil(ms)), { summary }).then(resolve, reject);
  });
}

/**
 * Waits until `until` holds or `ms` have passed. When the server suggests continue-as-new, the run
 * goes on in a new one of the same chain.
 *
 * @returns whether `until` held
 */
export async function waitUntil(
  chain: Chain,
  until: () => boolean,
  ms: number,
  summary: string,
): Promise<boolean> {
  showDetails(chain.run);
  await condition(() => until() || shouldContinueAsNew(), Math.max(1, Math.ceil(ms)), { summary });
  if (until()) return true;
  if (shouldContinueAsNew()) await continueRunAsNew(chain);
  return false;
}

/**
 * Races an activity against a condition and a deadline, so that neither an outage nor its retries
 * can hold the run. What loses is cancelled.
 *
 * @returns the activity's result, or null when it was given up
 */
export async function raceAgainst<T>(
  chain: Chain,
  activity: () => Promise<T>,
  ms: number,
  summary: string,
): Promise<T | null> {
  showDetails(chain.run);
  const result = await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const settled = activity().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([
      settled,
      condition(shouldContinueAsNew, Math.max(1, Math.ceil(ms)), { summary }).then(() => null),
    ]);
    scope.cancel();
    return first;
  });
  if (result === null) {
    if (shouldContinueAsNew()) await continueRunAsNew(chain);
    return null;
  }
  if ('error' in result) throw result.error;
  return result.value;
}

/** No update is cut off: as long as one waits, so does continue-as-new. */
export function shouldContinueAsNew(): boolean {
  return workflowInfo().continueAsNewSuggested && allHandlersFinished();
}

export async function continueRunAsNew({ run, input }: Chain): Promise<never> {
  const { typedSearchAttributes } = workflowInfo();
  // The memo is not carried by itself.
  const memo = {
    ...workflowInfo().memo,
    ...(run.kickoffId === null ? {} : { [MEMO.kickoffId]: run.kickoffId }),
  };
  return makeContinueAsNewFunc<CrewRunWorkflow>({ memo, typedSearchAttributes })(input, run);
}
