import type { WorkflowExecutionStatusName } from '@temporalio/client';

/** Temporal's status of a workflow in this project's spelling: `TIMED_OUT` is `timedOut`. */
export function toRunStatusWord(name: WorkflowExecutionStatusName): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
