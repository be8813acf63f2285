import { performance } from 'node:perf_hooks';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CrewRunStatus } from '../amp/index.js';
import { AmpError, AmpResponseTooLargeError } from '../amp/index.js';
import { FAILURE_TYPES } from '../contract.js';
import type { StatusReport, StatusRequest } from '../contract.js';
import { createFailure } from './failures.js';
import type { FindClient } from './amp-clients.js';

/** Names and words go into history with every poll: long ones are cut. */
const LONGEST_TEXT = 200;
/** A gateway's Retry-After is honoured up to this: the run's own timeout should not be its toy. */
const LONGEST_RETRY_AFTER_MS = 300_000;
/** An answer beyond the limit may be a gateway's fault; this many in a row are a result that large. */
const TOO_LARGE_ATTEMPTS = 5;

/** `GET /status/{kickoff_id}` as a compact report: never the crew's output. */
export async function getStatus(find: FindClient, request: StatusRequest): Promise<StatusReport> {
  const started = performance.now();
  const status = await readStatus(find, request);
  return toReport(status, Math.round(performance.now() - started));
}

/** What the API answered, or that it refuses the token: both are values. */
export type ReadStatus = CrewRunStatus | { status: 'tokenRefused'; message: string };

/** @throws ApplicationFailure when there was no answer to be understood; retried by Temporal */
export async function readStatus(
  find: FindClient,
  { crew, kickoffId }: StatusRequest,
): Promise<ReadStatus> {
  try {
    return await find(crew).getStatus(kickoffId, { signal: cancellationSignal() });
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === FAILURE_TYPES.UnknownCrew) {
      // The run is under way: another worker may know its crew, or this one once it is mended.
      const { type, message } = error;
      throw ApplicationFailure.create({ type, message, details: [{ kickoffId, crew }] });
    }
    if (!(error instanceof AmpError)) throw error;
    if (error.httpStatus === 401 || error.httpStatus === 403) {
      return { status: 'tokenRefused', message: error.message };
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

function toRetryableFailure(error: AmpError, kickoffId: string): ApplicationFailure {
  if (error instanceof AmpResponseTooLargeError && activityInfo().attempt >= TOO_LARGE_ATTEMPTS) {
    const { message, sizeBytes, limitBytes } = error;
    return createFailure('ResultTooLarge', message, {
      kickoffId,
      bytes: sizeBytes ?? null,
      limitBytes,
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
