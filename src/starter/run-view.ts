import type { CrewRunProgress } from '../contract.js';
import type { RunRef } from './run-ref.js';

/** What is known of a run at one moment, and what stands in the way of knowing more. */
export interface RunView extends RunRef {
  startedAt: Date;
  taskQueue: string;
  crew: string | null;
  /** The last progress that a worker told; null before the first. */
  progress: CrewRunProgress | null;
  /** Who would tell: `silent` is a worker that does not answer, `none` is nobody to ask. */
  worker: 'answers' | 'silent' | 'none';
  /** Why a worker that is there cannot tell, in its own words. */
  workerProblem: string | null;
  /** An activity that Temporal tries again and again. */
  retrying: { activity: string; attempt: number; reason: string } | null;
  /** Whether the Temporal server answers. */
  connected: boolean;
}

/** A run of which no worker has told anything yet. */
export function createRunView(
  run: Pick<RunView, 'workflowId' | 'runId' | 'startedAt' | 'taskQueue' | 'crew'>,
): RunView {
  const { workflowId, runId, startedAt, taskQueue, crew } = run;
  return {
    workflowId,
    runId,
    startedAt,
    taskQueue,
    crew,
    progress: null,
    worker: 'answers',
    workerProblem: null,
    retrying: null,
    connected: true,
  };
}
