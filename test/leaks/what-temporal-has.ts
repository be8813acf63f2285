import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { askAgain } from './ask-again.js';
import type { Stage } from './stage.js';

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse, QueryWorkflowResponse } =
  proto.temporal.api.workflowservice.v1;

/** Histories, descriptions and answers to queries, as the server sends them: nothing is decrypted. */
export async function readWhatTemporalHas(
  { connection, places }: Stage,
  runs: readonly WorkflowHandle[],
): Promise<void> {
  for (const run of runs) {
    const { workflowId } = run;
    const named = { namespace: 'default', execution: { workflowId } };
    places.add(`history of ${workflowId}`, History.encode(await run.fetchHistory()).finish());
    const description = await connection.workflowService.describeWorkflowExecution(named);
    places.add(
      `description of ${workflowId}`,
      DescribeWorkflowExecutionResponse.encode(description).finish(),
    );
    for (const queryType of ['progress', '__temporal_workflow_metadata', '__stack_trace']) {
      const answer = await askAgain(() =>
        connection.workflowService.queryWorkflow({ ...named, query: { queryType } }),
      );
      places.add(`${queryType} of ${workflowId}`, QueryWorkflowResponse.encode(answer).finish());
    }
  }
}
