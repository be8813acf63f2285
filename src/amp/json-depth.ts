/**
 * How deep a JSON document may be nested. Nobody writes such a one by hand, and whatever reads or
 * writes JSON by recursion gives up somewhere above: Python's at about 1,000 levels, V8's
 * `JSON.stringify` at 3,000 to 5,000, wherever its stack is by then.
 */
export const DEEPEST_JSON = 500;

/** Whether there are more than `levels` of arrays and objects one within the other. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
