const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A time span in its two largest units: `4s`, `1m 12s`, `2h 5m`. */
export function toShortDuration(durationMs: number): string {
  let restMs = Math.max(0, Math.round(durationMs / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(`${count}${unit}`);
    // Seconds beside days say nothing.
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0s';
}
