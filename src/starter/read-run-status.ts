import type { CrewRunOutput, CrewRunProgress } from '../contract.js';
import type { TemporalClient } from './create-client.js';
import { findRun } from './find-run.js';
import type { FoundRun } from './find-run.js';
import { observeRun } from './observe-run.js';
import { awaitRunEnd } from './run-end.js';
import type { RunEnd, RunFailure } from './run-end.js';
import { toRunStatusWord } from './run-status-word.js';
import { createRunView } from './run-view.js';
import type { RunView } from './run-view.js';
import { toWebUiLink } from './web-ui.js';

/** What `status --json` prints. */
export interface RunStatusDocument {
  workflowId: string;
  runId: string;
  /** Temporal's status of the workflow. */
  status: string;
  startedAt: string;
  closedAt: string | null;
  webUi: string | null;
  /** Null when the run has ended, or no worker answers. */
  progress: CrewRunProgress | null;
  output: CrewRunOutput | null;
  failure: RunFailure | null;
}

export interface RunStatus {
  document: RunStatusDocument;
  run: FoundRun;
  /** Of a run that is under way. */
  view: RunView | null;
  end: RunEnd | null;
}

/** Reads how a run stands: from its worker while it is under way, from its history afterwards. */
export async function readRunStatus(
  temporal: TemporalClient,
  workflowId: string,
  uiUrl: string | undefined,
): Promise<RunStatus> {
  const { address, namespace } = temporal;
  const run = await findRun(temporal, workflowId);
  const underWay = run.closedAt === null;
  const view = underWay ? await observeRun(temporal, createRunView(run)) : null;
  const end = underWay ? null : await awaitRunEnd(temporal, run);
  const document = {
    workflowId,
    runId: run.runId,
    status: toRunStatusWord(run.status),
    startedAt: run.startedAt.toISOString(),
    closedAt: run.closedAt?.toISOString() ?? null,
    webUi: toWebUiLink(run, { address, namespace, uiUrl }),
    progress: view?.progress ?? null,
    output: end?.ended === 'returned' ? end.output : null,
    failure: end?.ended === 'failed' ? end.failure : null,
  };
  return { document, run, view, end };
}
