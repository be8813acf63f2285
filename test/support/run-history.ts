import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { KickoffOutcome } from '../../src/contract.js';
import type { CrewRunHandle } from './crew-harness.js';

export type HistoryEvent = NonNullable<
  Awaited<ReturnType<CrewRunHandle['fetchHistory']>>['events']
>[number];

/** One run of a chain. */
export interface RunOfChain {
  workflowId: string;
  runId: string;
}

/** The server ends a long poll after 20 s; this only bounds one that it has forgotten. */
const LONG_POLL_MS = 60_000;

/**
 * The run's events, once they fit or the run is over. Waits as the server does, for the next event,
 * and asks nothing of the worker, which may be dead or stopped.
 */
export async function followHistory(
  client: Client,
  { workflowId, runId }: RunOfChain,
  fits: (events: readonly HistoryEvent[]) => boolean = () => false,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | null = null;
  for (;;) {
    const page = await client.withDeadline(Date.now() + LONG_POLL_MS, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId, runId },
        waitNewEvent: true,
        nextPageToken,
      }),
    );
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
    if (fits(events) || nextPageToken.length === 0) return events;
  }
}

/**
 * What the run's kickoffs reported, in this order; null for one of which nobody reported anything,
 * since it timed out, failed or was cancelled.
 */
export function kickoffOutcomes(events: readonly HistoryEvent[]): (KickoffOutcome | null)[] {
  const kickoffs = new Set(
    events
      .filter(
        ({ activityTaskScheduledEventAttributes: scheduled }) =>
          scheduled?.activityType?.name === 'kickoff',
      )
      .map(({ eventId }) => String(eventId)),
  );
  return events.flatMap((event) => {
    const completed = event.activityTaskCompletedEventAttributes;
    const ended =
      completed ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (!ended || !kickoffs.has(String(ended.scheduledEventId))) return [];
    const payload = completed?.result?.payloads?.[0];
    return [payload ? defaultPayloadConverter.fromPayload<KickoffOutcome>(payload) : null];
  });
}

/** Whether a timer with such a summary has been started: what the run waits for. */
export function waitsFor(summary: string): (events: readonly HistoryEvent[]) => boolean {
  return (events) =>
    events.some(({ timerStartedEventAttributes, userMetadata }) => {
      const payload = userMetadata?.summary;
      if (!timerStartedEventAttributes || !payload) return false;
      return defaultPayloadConverter.fromPayload<string>(payload).includes(summary);
    });
}
