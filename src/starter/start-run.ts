import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { DEFAULT_TIMEOUT, WORKFLOW_TYPE } from '../contract.js';
import type { CrewRunInput } from '../contract.js';
import { parseDurationMs } from '../duration.js';
import type { TemporalClient } from './create-client.js';
import { findRun } from './find-run.js';
import type { CrewRunWorkflow, FoundRun } from './find-run.js';
import { toGlimpse } from './glimpse.js';
import { EXPIRES_AFTER_TIMEOUT_MS } from './own-token.js';
import type { RunRequest } from './run-request.js';
import { findSearchAttributes } from './run-search-attributes.js';
import { createUsageError } from './starter-error.js';

/**
 * Starts the run, or finds the one that has its id: the same id never kicks off twice unless a new
 * run is asked for.
 *
 * @throws StarterError (2) when a new run is asked for while the last one is under way, or another
 * type of workflow has the id.
 */
export async function startRun(
  temporal: TemporalClient,
  request: RunRequest,
): Promise<{ run: FoundRun; started: boolean }> {
  const { workflowId, taskQueue, again } = request;
  const input = await sealInput(request, temporal.namespace);
  let started = true;
  try {
    await temporal.client.workflow.start<CrewRunWorkflow>(WORKFLOW_TYPE, {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: toGlimpse(request),
      typedSearchAttributes: await findSearchAttributes(temporal, request),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    started = false;
  }
  const run = await findRun(temporal, workflowId);
  if (!started && again) {
    throw createUsageError([
      `The run "${workflowId}" is still under way, so --again starts no other. ` +
        'Watch it, cancel it, or choose another --id.',
    ]);
  }
  return { run, started };
}

/** The token serves this run alone, and as long as the run may last. */
async function sealInput(
  { crew, workflowId, input, token }: RunRequest,
  namespace: string,
): Promise<CrewRunInput> {
  if (token === undefined) return input;
  const timeoutMs = parseDurationMs(input.timeout ?? DEFAULT_TIMEOUT) ?? 0;
  const expiresAt = Date.now() + timeoutMs + EXPIRES_AFTER_TIMEOUT_MS;
  return {
    ...input,
    bearerToken: await token.seal({ crew, namespace, workflowId, expiresAt }),
  };
}
