import { performance } from 'node:perf_hooks';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CrewRunStatus } from '../amp/index.js';
import { AmpError, AmpResponseTooDeepError, AmpResponseTooLargeError } from '../amp/index.js';
import { FAILURE_TYPES } from '../contract.js';
import type { StatusReport, StatusRequest } from '../contract.js';
import { SealedTokenError } from '../sealing/open-token.js';
import { createFailure } from './failures.js';
import type { FindClient } from './amp-clients.js';
import { countTooLargeInARow } from './too-large-in-a-row.js';

/** Names and words go into history with every poll: long ones are cut. */
const LONGEST_TEXT = 200;
/** A gateway's Retry-After is honoured up to this: the run's own timeout should not be its toy. */
const LONGEST_RETRY_AFTER_MS = 300_000;
/** An answer beyond a limit may be a gateway's fault; this many in a row are a result like that. */
const BEYOND_LIMIT_IN_A_ROW = 5;

/** `GET /status/{kickoff_id}` as a compact report: never the crew's output. */
export async function getStatus(find: FindClient, request: StatusRequest): Promise<StatusReport> {
  const started = performance.now();
  const status = await readStatus(find, request);
  return toReport(status, Math.round(performance.now() - started));
}

/** What the API answered, or that the token is refused, here or there: both are values. */
export type ReadStatus = CrewRunStatus | { status: 'tokenRefused'; message: string };

/** @throws ApplicationFailure when there was no answer to be understood; retried by Temporal */
export async function readStatus(find: FindClient, request: StatusRequest): Promise<ReadStatus> {
  const { crew, kickoffId } = request;
  try {
    const client = await find(request);
    return await client.getStatus(kickoffId, { signal: cancellationSignal() });
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === FAILURE_TYPES.UnknownCrew) {
      // The run is under way: another worker may know its crew, or this one once it is mended.
      const { type, message } = error;
      throw ApplicationFailure.create({ type, message, details: [{ kickoffId, crew }] });
    }
    if (error instanceof SealedTokenError) {
      return toTokenRefused(request, `The sealed token ${error.message}`);
    }
    if (!(error instanceof AmpError)) throw error;
    if (error.httpStatus === 401 || error.httpStatus === 403) {
      return toTokenRefused(request, error.message);
    }
    throw toRetryableFailure(error, kickoffId);
  }
}

export function toReport(status: ReadStatus, tookMs: number): StatusReport {
  return {
    status: status.status,
    currentTask: 'currentTask' in status ? cut(status.currentTask) : null,
    completedTasks: 'completedTasks' in status ? status.completedTasks : null,
    totalTasks: 'totalTasks' in status ? status.totalTasks : null,
    message: 'message' in status ? status.message : 'word' in status ? cut(status.word) : null,
    tookMs,
  };
}

function toTokenRefused({ sealedToken }: StatusRequest, reason: string): ReadStatus {
  const { workflowExecution } = activityInfo();
  // A token of the crew's is mended at the worker; this one is nowhere but in the run.
  const advice =
    sealedToken === undefined
      ? ''
      : `. The run brought its token along, give it a new one: temporal-crewai token replace ${workflowExecution?.workflowId ?? 'WORKFLOW_ID'}`;
  return { status: 'tokenRefused', message: `${reason}${advice}` };
}

function toRetryableFailure(error: AmpError, kickoffId: string): ApplicationFailure {
  const isTooLarge = error instanceof AmpResponseTooLargeError;
  const isBeyondLimit = isTooLarge || error instanceof AmpResponseTooDeepError;
  if (countTooLargeInARow(isBeyondLimit) >= BEYOND_LIMIT_IN_A_ROW && isBeyondLimit) {
    return createFailure('ResultTooLarge', error.message, {
      kickoffId,
      ...(isTooLarge ? { bytes: error.sizeBytes ?? null, limitBytes: error.limitBytes } : {}),
    });
  }
  return ApplicationFailure.create({
    type: FAILURE_TYPES.UnexpectedResponse,
    message: error.message,
    details: [{ kickoffId }],
    // A local read that fails is followed by an ordinary one, which is loud enough.
    ...(activityInfo().isLocal ? { category: 'BENIGN' as const } : {}),
    ...(error.retryAfterMs === undefined
      ? {}
      : { nextRetryDelay: Math.min(error.retryAfterMs, LONGEST_RETRY_AFTER_MS) }),
  });
}

function cut(text: string | null): string | null {
  return text !== null && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}
