import type { StruckBlow } from './blows.js';
import type { Verdict } from './judge.js';

export interface Circumstances {
  struck: readonly StruckBlow[];
  statusRequests: { total: number; faults: Record<string, number> };
  ownExits: number;
  seconds: number;
}

/** How many blows of this kind targets of this name have got. */
export function countBlows(
  { struck }: Pick<Circumstances, 'struck'>,
  kind: StruckBlow['kind'],
  target: RegExp,
): number {
  return struck.filter((blow) => blow.kind === kind && target.test(blow.target)).length;
}

/** How many status requests have met a fault. */
export function countFaults({ statusRequests }: Pick<Circumstances, 'statusRequests'>): number {
  return Object.values(statusRequests.faults).reduce((sum, count) => sum + count, 0);
}

/** Which faults status requests have met, the most frequent first. */
export function toFaultList({ statusRequests }: Pick<Circumstances, 'statusRequests'>): string {
  return Object.entries(statusRequests.faults)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** The one line that all comes down to. */
export function toFigures(verdict: Verdict, circumstances: Circumstances): string {
  const { runs, lost, doubled, wrong, leftOpen, helpedInVain, kickoffs, kickoffsHit } = verdict;
  const { statusRequests, ownExits, seconds } = circumstances;
  const count = (kind: StruckBlow['kind'], target: RegExp) =>
    countBlows(circumstances, kind, target);
  return [
    `${runs} runs: ${lost} lost, ${doubled} doubled, ${wrong} wrong, ${leftOpen} left open, ` +
      `${helpedInVain} helped in vain`,
    `${toPercent(kickoffsHit, kickoffs)} of ${kickoffs} kickoffs hit, ` +
      `${verdict.adopted} adopted, ${verdict.retried} retried`,
    `${toPercent(countFaults(circumstances), statusRequests.total)} of ${statusRequests.total} status requests hit`,
    `killed: workers ${count('kill', /worker/)} times, server ${count('kill', /server/)}, ` +
      `API ${count('kill', /api/)}; workers stopped ${count('stop', /worker/)} times, ` +
      `ended by themselves ${ownExits}`,
    `${seconds.toFixed()} s`,
  ].join('; ');
}

export function toPercent(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${((100 * part) / whole).toFixed()}%`;
}
