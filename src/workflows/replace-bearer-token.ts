import { isCancellation, proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { CrewActivities } from '../contract.js';
import { SEALED_TOKEN, UPDATES } from '../contract.js';
import { toReason } from './failures.js';
import type { RunState } from './run-state.js';
import { refuse, refuseUnknownFields, toRecord } from './update-requests.js';
import type { Chain } from './waits.js';

const UPDATE = UPDATES.replaceBearerToken;

const local = proxyLocalActivities<CrewActivities>({
  // Opens the token with the worker's own keys.
  startToCloseTimeout: '10s',
  summary: 'check the new token',
});

/**
 * What can be seen without a key. A token is used in all phases but the last; also by a run that has
 * used its crew's own so far.
 *
 * @throws ApplicationFailure `UpdateRefused`
 */
export function assertSealedTokenFits({ phase, settings }: RunState, request: unknown): void {
  if (settings === null) refuse(`${UPDATE}: the run has not checked its input yet, try again`);
  if (phase === 'done') refuse(`${UPDATE}: the run is over and uses no token any more`);
  refuseUnknownFields(UPDATE, request, ['sealedToken']);
  if (!isSealed(toRecord(request)['sealedToken'])) {
    refuse(
      `${UPDATE}: sealedToken is not sealed; it has left the process that sent it, so it has to be ` +
        'considered exposed, and reset. `temporal-crewai token replace` seals one and sends it',
    );
  }
}

/**
 * Lets the run use another token, once it is known to open: a worse one must not take the place of
 * the one that is there. A run that polls then does so at once.
 *
 * @throws ApplicationFailure `UpdateRefused` when this worker cannot open it for this run
 */
export async function replaceBearerToken(chain: Chain, request: unknown): Promise<void> {
  const { run } = chain;
  const { sealedToken } = toRecord(request);
  if (!isSealed(sealedToken) || run.settings === null) {
    throw new Error('unreachable: the validator lets only sealed tokens through');
  }
  try {
    await local.checkSealedToken({ crew: run.settings.crew, sealedToken });
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    refuse(`${UPDATE}: ${isCancellation(error) ? 'the run is cancelled' : toReason(error)}`);
  }
  run.sealedToken = sealedToken;
  if (run.kickoffId === null) return;
  run.pollNow = true;
  chain.hurry?.();
}

function isSealed(value: unknown): value is string {
  return typeof value === 'string' && SEALED_TOKEN.test(value);
}
