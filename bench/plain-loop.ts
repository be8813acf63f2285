/**
 * What one writes first: a loop of timer and ordinary activity. The same activities, settings and
 * intervals as the crew workflow, and nothing of what that one does besides.
 */
import {
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CrewActivities, CrewRunInput, CrewRunOutput } from '../src/contract.js';
import { pollingIntervalMs } from '../src/workflows/polling-interval.js';

const { checkInput } = proxyLocalActivities<CrewActivities>({ startToCloseTimeout: '10s' });
const { kickoff } = proxyActivities<CrewActivities>({
  startToCloseTimeout: '90s',
  retry: { maximumAttempts: 1 },
});
const { getStatus, collectResult } = proxyActivities<CrewActivities>({
  startToCloseTimeout: '60s',
});

export async function plainLoop(input: CrewRunInput): Promise<CrewRunOutput> {
  const settings = await checkInput({ input });
  const { namespace, workflowId, firstExecutionRunId, runId } = workflowInfo();
  const started = await kickoff({
    crew: settings.crew,
    inputs: input.inputs ?? {},
    meta: { temporal: { namespace, workflowId, firstExecutionRunId } },
    restoreFromStateId: null,
    retryKickoffs: 0,
    originalRunId: runId,
    scheduledByRunId: runId,
    permittedRunId: null,
  });
  if (started.outcome !== 'accepted') {
    throw ApplicationFailure.nonRetryable(`Not kicked off: ${started.outcome}: ${started.reason}`);
  }
  const request = { crew: settings.crew, kickoffId: started.kickoffId };
  const since = Date.now();
  for (;;) {
    await sleep(pollingIntervalMs(settings, Date.now() - since, Math.random()));
    const { status } = await getStatus(request);
    if (status !== 'completed' && status !== 'error') continue;
    const collected = await collectResult(request);
    if (collected.over) return collected.output;
  }
}
