/** Reads what Temporal knows of a run that should be over. */
import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import * as v from 'valibot';
import { FAILURE_TYPES, UPDATES, type CrewRunOutput } from '../src/contract.js';
import { toResult } from './crew.js';
import type { JudgedRun, KickoffSpan, RunEnd } from './judge.js';
import { KICKOFF_TROUBLES } from './kickoff-troubles.js';
import type { PlannedRun } from './plan.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type Events = NonNullable<History['events']>;
type Time = Events[number]['eventTime'];

export async function readRun(client: Client, planned: PlannedRun): Promise<JudgedRun> {
  const { workflowId, dialect, inputs, onCrewError } = planned;
  const expected = toResult(inputs, dialect);
  const run = {
    workflowId,
    expected,
    expectedAsFailure: expected.status === 'error' && onCrewError === 'fail',
    troubledByApi: KICKOFF_TROUBLES[inputs.trouble].leavesUnknown,
  };
  const handle = client.workflow.getHandle<() => Promise<CrewRunOutput>>(workflowId);
  try {
    const { status } = await handle.describe();
    const events = (await handle.fetchHistory()).events ?? [];
    return {
      ...run,
      end: status.name === 'RUNNING' ? { kind: 'open' } : await readEnd(handle),
      kickoffs: toKickoffs(events),
      adopted: countUpdates(events, UPDATES.adoptKickoff),
      retried: countUpdates(events, UPDATES.retryKickoff),
    };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { ...run, end: { kind: 'missing' }, kickoffs: [], adopted: 0, retried: 0 };
  }
}

const Delivered = v.object({
  kickoffId: v.string(),
  status: v.picklist(['completed', 'error']),
  output: v.nullable(v.string()),
  outputJson: v.unknown(),
  error: v.nullable(v.string()),
});

async function readEnd(handle: { result(): Promise<CrewRunOutput> }): Promise<RunEnd> {
  try {
    return toDelivered(await handle.result(), false);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure && cause.type === FAILURE_TYPES.CrewExecutionFailed) {
      return toDelivered(cause.details?.[0], true);
    }
    const type = cause instanceof ApplicationFailure ? `${cause.type}: ` : '';
    return { kind: 'failed', reason: `${type}${cause?.message ?? error.message}` };
  }
}

function toDelivered(output: unknown, asFailure: boolean): RunEnd {
  const parsed = v.safeParse(Delivered, output);
  if (!parsed.success) return { kind: 'failed', reason: `delivered ${JSON.stringify(output)}` };
  const { kickoffId, ...result } = parsed.output;
  return { kind: 'delivered', kickoffId, result, asFailure };
}

function toKickoffs(events: Events): KickoffSpan[] {
  const endMs = toMs(events.at(-1)?.eventTime);
  return events.flatMap(
    ({ eventId, eventTime, activityTaskScheduledEventAttributes: scheduled }) => {
      if (scheduled?.activityType?.name !== 'kickoff') return [];
      const started = events.find((event) =>
        event.activityTaskStartedEventAttributes?.scheduledEventId?.eq(eventId ?? 0),
      );
      const closed = events.find((event) =>
        (
          event.activityTaskCompletedEventAttributes ??
          event.activityTaskTimedOutEventAttributes ??
          event.activityTaskFailedEventAttributes ??
          event.activityTaskCanceledEventAttributes
        )?.scheduledEventId?.eq(eventId ?? 0),
      );
      // Where the run was over before its kickoff had reported, nobody has written down its worker.
      return [
        {
          fromMs: toMs(started?.eventTime ?? eventTime),
          toMs: closed === undefined ? endMs : toMs(closed.eventTime),
          pid: toPid(started?.activityTaskStartedEventAttributes?.identity),
        },
      ];
    },
  );
}

/** An SDK's worker calls itself `pid@host`. */
function toPid(identity: string | null | undefined): number | null {
  const [, pid] = /^(\d+)@/.exec(identity ?? '') ?? [];
  return pid === undefined ? null : Number(pid);
}

function countUpdates(events: Events, name: string): number {
  return events.filter(
    (event) =>
      event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === name,
  ).length;
}

function toMs(time: Time): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
