import { activityInfo } from '@temporalio/activity';
import { openToken } from '../sealing/open-token.js';
import type { PrivateKeys } from '../sealing/private-keys.js';

/** Opens a sealed token for a crew, within the run that asks. Rejects with a `SealedTokenError`. */
export type OpenForThisRun = (sealedToken: string, crew: string) => Promise<string>;

/**
 * Which run it is comes from Temporal and not from the request, which anybody could have written. No
 * opened token is kept: one costs half a millisecond, and none can then reach another run.
 */
export function createOpenForThisRun(keys: PrivateKeys): OpenForThisRun {
  return (sealedToken, crew) => {
    const { namespace, workflowExecution } = activityInfo();
    // Without a workflow no token fits that is bound to one: no workflow has an empty id.
    const { workflowId = '' } = workflowExecution ?? {};
    return openToken(sealedToken, { crew, namespace, workflowId }, keys);
  };
}
