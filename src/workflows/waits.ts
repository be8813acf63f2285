import {
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
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
}

/**
 * Waits until `until` holds or `ms` have passed. Every long wait of a run is this one: when the
 * server suggests continue-as-new, the run goes on in a new one of the same chain.
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
function shouldContinueAsNew(): boolean {
  return workflowInfo().continueAsNewSuggested && allHandlersFinished();
}

async function continueRunAsNew({ run, input }: Chain): Promise<never> {
  const { typedSearchAttributes } = workflowInfo();
  // The memo is not carried by itself.
  const memo = {
    ...workflowInfo().memo,
    ...(run.kickoffId === null ? {} : { [MEMO.kickoffId]: run.kickoffId }),
  };
  return makeContinueAsNewFunc<CrewRunWorkflow>({ memo, typedSearchAttributes })(input, run);
}
