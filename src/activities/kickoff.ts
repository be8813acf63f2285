import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo, Context, heartbeat, log } from '@temporalio/activity';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import { AmpError } from '../amp/index.js';
import type { CrewEvent, KickoffOutcome, KickoffRequest } from '../contract.js';
import { FAILURE_TYPES, KICKOFF_EVENT, SIGNALS } from '../contract.js';
import { SealedTokenError } from '../sealing/open-token.js';
import type { FindClient } from './amp-clients.js';

/** A call to Temporal that gets no answer in this time is given up; a signal is then sent again. */
const TEMPORAL_CALL_MS = 10_000;
/** Soon, since a run waits for its id; then rarely, since an outage of Temporal can last. */
const FIRST_SIGNAL_RETRY_MS = 500;
const LONGEST_SIGNAL_RETRY_MS = 15_000;
/** An API's list without end must not become an outcome too large for Temporal: that would be unknown. */
const MOST_MISSING_INPUTS = 100;
const LONGEST_NAME = 200;

/**
 * `POST /kickoff`, sent at most once. Answers with the outcome instead of failing, so that the
 * workflow decides what follows and no retry policy can.
 */
export async function kickoff(find: FindClient, request: KickoffRequest): Promise<KickoffOutcome> {
  // Measured from here, on a clock that runs on while the process is stopped.
  const deadline = performance.now() + activityInfo().startToCloseTimeoutMs;
  const { inputs, meta, restoreFromStateId } = request;
  const { firstExecutionRunId } = meta.temporal;
  const earlier = activityInfo().heartbeatDetails as { kickoffId?: unknown } | undefined;
  if (typeof earlier?.kickoffId === 'string') {
    await tellWorkflow(earlier.kickoffId, firstExecutionRunId);
    return { outcome: 'accepted', kickoffId: earlier.kickoffId };
  }
  const reason = toReasonNotToSend(request, earlier);
  if (reason !== null) return toUnknown(reason);

  let kickoffId: string;
  try {
    const client = await find(request);
    ({ kickoffId } = await client.kickoff(
      { inputs, meta, ...(restoreFromStateId === null ? {} : { restoreFromStateId }) },
      { idempotencyKey: toIdempotencyKey(request), beforeSend: () => assertStillOurs(deadline) },
    ));
  } catch (error) {
    return toOutcome(error);
  }
  log.info('The crew was kicked off', { kickoffId, crew: request.crew });
  // The only one through the SDK, which would hold a second one back, to be lost in a crash.
  heartbeat({ kickoffId });
  await tellWorkflow(kickoffId, firstExecutionRunId);
  return { outcome: 'accepted', kickoffId };
}

/**
 * The workflow asks for one attempt, but an operator can ask for more, and a reset dispatches an
 * activity that was under way again, or schedules it anew: each time an earlier kickoff may have
 * been acted on. A reset applies a person's `retryKickoff` again as well; it counts only in the run
 * that the person saw.
 */
function toReasonNotToSend(request: KickoffRequest, earlier: unknown): string | null {
  const { attempt, workflowExecution } = activityInfo();
  const runId = workflowExecution?.runId;
  if (attempt > 1 || earlier !== undefined) {
    return 'an earlier attempt of this kickoff ended without saying what became of it';
  }
  if (runId !== request.scheduledByRunId) {
    return 'the workflow was reset while its kickoff was under way';
  }
  if (runId !== request.originalRunId && runId !== request.permittedRunId) {
    return 'the workflow was reset to a point before its kickoff, and the id of that kickoff is not known';
  }
  return null;
}

/** For whoever honours it; AMP documents no such key. */
function toIdempotencyKey({ meta: { temporal }, retryKickoffs }: KickoffRequest): string {
  const { namespace, workflowId, firstExecutionRunId } = temporal;
  return createHash('sha256')
    .update(JSON.stringify([namespace, workflowId, firstExecutionRunId, retryKickoffs]))
    .digest('hex');
}

/**
 * Asks Temporal, at the last moment, whether this attempt still counts: a worker that was paused
 * past its timeout must send nothing.
 */
async function assertStillOurs(deadline: number): Promise<void> {
  const { client, info } = Context.current();
  const { cancelRequested } = await client.withDeadline(Date.now() + TEMPORAL_CALL_MS, () =>
    client.workflowService.recordActivityTaskHeartbeat({
      namespace: info.namespace,
      taskToken: info.taskToken,
      identity: client.options.identity,
      // Should this activity ever be dispatched again, the next attempt knows that it may be sent.
      details: { payloads: [defaultPayloadConverter.toPayload({ sending: true })] },
    }),
  );
  if (cancelRequested) throw new Error('the run was cancelled');
  if (performance.now() >= deadline) throw new Error('the time of this attempt is over');
}

function toOutcome(error: unknown): KickoffOutcome {
  // A worker that does not know the crew has sent nothing; another one may know it.
  if (error instanceof ApplicationFailure && error.type === FAILURE_TYPES.UnknownCrew) {
    return { outcome: 'notActedOn', reason: error.message, retryAfterMs: null };
  }
  if (error instanceof SealedTokenError) return toTokenOutcome(error);
  if (!(error instanceof AmpError)) {
    return toUnknown(error instanceof Error ? error.message : String(error));
  }
  if (error.mayHaveBeenActedOn) return toUnknown(error.message);
  const { httpStatus } = error;
  // What was never sent, and the two answers that ask to come again.
  if (httpStatus === undefined || httpStatus === 429 || httpStatus === 503) {
    return {
      outcome: 'notActedOn',
      reason: error.message,
      retryAfterMs: error.retryAfterMs ?? null,
    };
  }
  return {
    outcome: 'refused',
    reason: error.message,
    httpStatus,
    missingInputs: cutNames(error.missingInputs),
  };
}

/** Nothing was sent: without a token there is nothing to send it with. */
function toTokenOutcome({ reason, message }: SealedTokenError): KickoffOutcome {
  const words = `The crew was not kicked off: the sealed token ${message}`;
  // As with a crew that this worker does not know: another one may have the key.
  if (reason === 'noKey') return { outcome: 'notActedOn', reason: words, retryAfterMs: null };
  return { outcome: 'refused', reason: words, httpStatus: null, missingInputs: [] };
}

function toUnknown(reason: string): KickoffOutcome {
  return { outcome: 'unknown', reason, runId: activityInfo().workflowExecution?.runId ?? null };
}

function cutNames(names: string[]): string[] {
  return names.slice(0, MOST_MISSING_INPUTS).map((name) => name.slice(0, LONGEST_NAME));
}

/**
 * Signals the id to the workflow, again and again until Temporal has it, even after this attempt
 * has timed out. In history as a signal, the id outlives a reset to a point before the kickoff.
 */
async function tellWorkflow(kickoffId: string, firstExecutionRunId: string): Promise<void> {
  const { client, info } = Context.current();
  const event: CrewEvent = { type: KICKOFF_EVENT, kickoffId, runId: firstExecutionRunId };
  const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? '');
  for (
    let retryMs = FIRST_SIGNAL_RETRY_MS;
    ;
    retryMs = Math.min(2 * retryMs, LONGEST_SIGNAL_RETRY_MS)
  ) {
    try {
      // Of its own, since calls are aborted when this attempt is cancelled or has timed out.
      await client.withAbortSignal(new AbortController().signal, () =>
        client.withDeadline(Date.now() + TEMPORAL_CALL_MS, () =>
          handle.signal(SIGNALS.crewEvent, event),
        ),
      );
      return;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) {
        log.warn('The workflow was over before it heard of its kickoff', { kickoffId });
        return;
      }
      log.warn('Temporal could not be told of the kickoff; trying again', { kickoffId, error });
      await delay(retryMs);
    }
  }
}
