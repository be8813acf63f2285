/** Whether a try was as hostile as it has to be, so that surviving it says something. Pure. */
import { countBlows, countFaults, toPercent, type Circumstances } from './figures.js';
import type { Verdict } from './judge.js';
import type { Plan } from './plan.js';
import { STATUS_FAULT_NAMES } from './status-faults.js';

/** Below this, dice decide what a try meets: it is held to nothing. */
const LONG_ENOUGH = { runs: 200, troubleMs: 5 * 60_000 } as const;
/** What has to be hit, of all kickoffs (while they are under way) and of all status requests. */
const LEAST = { kickoffs: 0.2, statusRequests: 0.3 } as const;

export function isLongEnough({ runs, troubleMs }: Pick<Plan, 'runs' | 'troubleMs'>): boolean {
  return runs.length >= LONG_ENOUGH.runs && troubleMs >= LONG_ENOUGH.troubleMs;
}

/** What a long try has spared the runs: a line for each thing. */
export function toShortfalls(
  { kickoffs, kickoffsHit }: Pick<Verdict, 'kickoffs' | 'kickoffsHit'>,
  circumstances: Pick<Circumstances, 'struck' | 'statusRequests'>,
): string[] {
  const { total, faults } = circumstances.statusRequests;
  const blows = [
    ['kill', /worker 1/],
    ['kill', /worker 2/],
    ['kill', /server/],
    ['kill', /api/],
    ['stop', /worker/],
  ] as const;
  return [
    ...toLowShare('kickoffs', kickoffsHit, kickoffs, LEAST.kickoffs),
    ...toLowShare('status requests', countFaults(circumstances), total, LEAST.statusRequests),
    ...STATUS_FAULT_NAMES.filter((name) => !faults[name]).map(
      (name) => `no status request met the fault "${name}"`,
    ),
    ...blows
      .filter(([kind, target]) => countBlows(circumstances, kind, target) === 0)
      .map(([kind, target]) => `no ${kind} of ${target.source}`),
  ].map((shortfall) => `Too gentle: ${shortfall}`);
}

function toLowShare(what: string, part: number, whole: number, least: number): string[] {
  if (whole > 0 && part / whole >= least) return [];
  return [`${toPercent(part, whole)} of ${whole} ${what} were hit, and ${least * 100}% have to be`];
}
