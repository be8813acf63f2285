import type { CheckSealedTokenRequest } from '../contract.js';
import { SealedTokenError } from '../sealing/open-token.js';
import { createFailure } from './failures.js';
import type { OpenForThisRun } from './open-for-this-run.js';

/**
 * Whether this run can use the token: before it takes the place of one that may be better.
 *
 * @throws ApplicationFailure `InvalidInput` with the reason
 */
export async function checkSealedToken(
  open: OpenForThisRun,
  { crew, sealedToken }: CheckSealedTokenRequest,
): Promise<void> {
  try {
    await open(sealedToken, crew);
  } catch (error) {
    if (!(error instanceof SealedTokenError)) throw error;
    throw createFailure('InvalidInput', `The sealed token ${error.message}.`, { crew });
  }
}
