import type { WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOW_TYPE } from '../contract.js';
import type { TemporalClient } from './create-client.js';
import { toCrewFacts } from './crew-facts.js';
import type { CrewFacts } from './crew-facts.js';
import { toRunStatusWord } from './run-status-word.js';

/** A run as `list` shows it. */
export interface ListedRun extends CrewFacts {
  workflowId: string;
  runId: string;
  /** Temporal's status of the workflow. */
  status: string;
  startedAt: string;
  closedAt: string | null;
}

/** The latest runs, those that cannot be read without their kickoffId; a chain of continue-as-new counts as the one run that it is. */
export async function listRuns(temporal: TemporalClient, limit: number): Promise<ListedRun[]> {
  const query = `WorkflowType = "${WORKFLOW_TYPE}" AND ExecutionStatus != "ContinuedAsNew"`;
  const runs: ListedRun[] = [];
  const { client } = temporal.tolerant;
  for await (const info of client.workflow.list({ query, pageSize: limit })) {
    runs.push(toListedRun(info));
    if (runs.length >= limit) break;
  }
  return runs;
}

function toListedRun(info: WorkflowExecutionInfo): ListedRun {
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    status: toRunStatusWord(info.status.name),
    ...toCrewFacts(info),
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
  };
}
