import type { WorkflowExecutionDescription, WorkflowExecutionStatusName } from '@temporalio/client';
import { WORKFLOW_TYPE } from '../contract.js';
import type { CrewRunInput, CrewRunOutput } from '../contract.js';
import type { TemporalClient } from './create-client.js';
import { toCrewFacts } from './crew-facts.js';
import type { CrewFacts } from './crew-facts.js';
import type { RunRef } from './run-ref.js';
import { createUsageError } from './starter-error.js';
import { isPassing } from './temporal-errors.js';

export type CrewRunWorkflow = (input: CrewRunInput) => Promise<CrewRunOutput>;

/** A run as the server knows it, workers or not. */
export interface FoundRun extends RunRef, CrewFacts {
  status: WorkflowExecutionStatusName;
  /** Start of the chain that continue-as-new makes of a long run. */
  startedAt: Date;
  closedAt: Date | null;
  taskQueue: string;
  /** The crew and a glimpse of its inputs, where whoever started the run said it. */
  summary: string | null;
}

/**
 * Looks up the latest run of an id.
 *
 * @throws WorkflowNotFoundError; StarterError (2) when another type of workflow has the id.
 */
export async function findRun(temporal: TemporalClient, workflowId: string): Promise<FoundRun> {
  const description = await temporal.client.workflow.getHandle(workflowId).describe();
  if (description.type !== WORKFLOW_TYPE) {
    throw createUsageError([
      `"${workflowId}" is a workflow of type ${description.type}, not a crew run (${WORKFLOW_TYPE}).`,
    ]);
  }
  return {
    workflowId,
    runId: description.runId,
    status: description.status.name,
    startedAt: await findChainStart(temporal, description),
    closedAt: description.closeTime ?? null,
    taskQueue: description.taskQueue,
    summary: (await description.staticSummary()) ?? null,
    ...toCrewFacts(description),
  };
}

async function findChainStart(
  temporal: TemporalClient,
  { workflowId, runId, startTime, raw }: WorkflowExecutionDescription,
): Promise<Date> {
  const firstRunId = raw.workflowExecutionInfo?.firstRunId;
  if (!firstRunId || firstRunId === runId) return startTime;
  try {
    return (await temporal.client.workflow.getHandle(workflowId, firstRunId).describe()).startTime;
  } catch (error) {
    // The namespace's retention has deleted the chain's first run; its latest is all there is.
    if (isPassing(error)) throw error;
    return startTime;
  }
}

/** The same run as it is now: how long it took, and what it learnt. As it was, if nobody answers. */
export async function refreshRun(temporal: TemporalClient, run: FoundRun): Promise<FoundRun> {
  try {
    const now = await findRun(temporal, run.workflowId);
    return { ...now, crew: now.crew ?? run.crew };
  } catch (error) {
    if (isPassing(error)) return run;
    throw error;
  }
}
