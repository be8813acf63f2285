/** One run of the workflow. */
export interface RunRef {
  workflowId: string;
  runId: string;
}
