import { describe, expect, it } from 'vitest';
import { toMaxCachedRuns } from '../../src/worker/worker-options.js';

const GIB = 1_024 ** 3;

describe('how many runs a worker keeps in memory', () => {
  it('is what half of its memory holds', () => {
    expect(toMaxCachedRuns(GIB)).toBe(2_621);
    expect(toMaxCachedRuns(2 * GIB)).toBe(5_242);
  });

  it('is no more than 10,000, however much there is', () => {
    expect(toMaxCachedRuns(64 * GIB)).toBe(10_000);
    expect(toMaxCachedRuns(Infinity)).toBe(10_000);
  });
});
