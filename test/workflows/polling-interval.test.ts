import { describe, expect, it } from 'vitest';
import { pollingIntervalMs } from '../../src/workflows/polling-interval.js';

const defaults = { initialIntervalMs: 2_000, backoffCoefficient: 1.1, maximumIntervalMs: 30_000 };
/** The random number that leaves an interval as it is. */
const MIDDLE = 0.5;

describe('pollingIntervalMs', () => {
  it.each([
    ['begins with the initial interval', 0, 2_000],
    ['is 10% longer after one initial interval', 2_000, 2_200],
    ['stays near 10% of the time waited', 100_000, 12_000],
    ['stops growing below the maximum, to leave room for the jitter', 280_000, 27_273],
    ['is the same after a day', 86_400_000, 27_273],
  ])('%s', (_, waitedMs, intervalMs) => {
    expect(pollingIntervalMs(defaults, waitedMs, MIDDLE)).toBe(intervalMs);
  });

  it('makes each interval the coefficient times the one before', () => {
    const settings = { initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 };
    const intervals: number[] = [];
    let waitedMs = 0;
    for (let poll = 0; poll < 6; poll += 1) {
      const interval = pollingIntervalMs(settings, waitedMs, MIDDLE);
      intervals.push(interval);
      waitedMs += interval;
    }
    expect(intervals).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  });

  it('does not grow at a coefficient of 1', () => {
    const settings = { ...defaults, backoffCoefficient: 1 };
    expect(pollingIntervalMs(settings, 3_600_000, MIDDLE)).toBe(2_000);
  });

  it.each([
    ['at first', 0, 1_800, 2_200],
    ['at the maximum, which it never exceeds', 86_400_000, 24_545, 30_000],
  ])('spreads by 10% either way %s', (_, waitedMs, shortest, longest) => {
    expect(pollingIntervalMs(defaults, waitedMs, 0)).toBe(shortest);
    expect(pollingIntervalMs(defaults, waitedMs, 1)).toBe(longest);
  });

  it('is bounded when the initial interval is the maximum', () => {
    const settings = { ...defaults, initialIntervalMs: 30_000 };
    expect(pollingIntervalMs(settings, 0, 1)).toBe(30_000);
  });
});
