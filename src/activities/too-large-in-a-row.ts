import { activityInfo, heartbeat } from '@temporalio/activity';

/**
 * How many answers in a row were over the limit, this attempt's included. Each attempt leaves the
 * count to the next one as its heartbeat, of which it makes no other use.
 *
 * @param isTooLarge whether this attempt's answer is
 */
export function countTooLargeInARow(isTooLarge: boolean): number {
  const info = activityInfo();
  // A local read has one attempt, and nobody who keeps its heartbeats.
  if (info.isLocal) return isTooLarge ? 1 : 0;
  const before = toCount(info.heartbeatDetails);
  const count = isTooLarge ? before + 1 : 0;
  if (count !== before) heartbeat({ tooLargeInARow: count });
  return count;
}

function toCount(details: unknown): number {
  if (typeof details !== 'object' || details === null || !('tooLargeInARow' in details)) return 0;
  return typeof details.tooLargeInARow === 'number' ? details.tooLargeInARow : 0;
}
