import type { RunSettings } from '../contract.js';

/** ±10%: enough to spread runs that were started together, too little to notice. */
const JITTER = 0.1;

/**
 * The wait before the next poll, in milliseconds: `initialInterval` at first, growing so that each
 * is `backoffCoefficient` times the one before, never above `maximumInterval`, jitter included.
 * Worked out from the time already waited, so that polls that events bring about do not count.
 *
 * @param waitedMs since the kickoffId became known
 * @param random from 0 to 1; in a workflow, its own deterministic `Math.random()`
 */
export function pollingIntervalMs(
  settings: Pick<RunSettings, 'initialIntervalMs' | 'backoffCoefficient' | 'maximumIntervalMs'>,
  waitedMs: number,
  random: number,
): number {
  // The sum of a geometric series: after waiting w, the next interval is initial + w * (c - 1).
  const grown = settings.initialIntervalMs + waitedMs * (settings.backoffCoefficient - 1);
  // Capped below the maximum by the jitter, so that runs at the maximum do not fall into step.
  const base = Math.min(grown, settings.maximumIntervalMs / (1 + JITTER));
  return Math.round(base * (1 - JITTER + 2 * JITTER * random));
}
