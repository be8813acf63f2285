/** Holds what the API accepted against what every workflow says. Pure: no clock, no server. */
import { isDeepStrictEqual } from 'node:util';
import type { CrewResult } from './crew.js';

/** How a run ended, as Temporal tells. */
export type RunEnd =
  /** With an output, or with the crew's own error as the failure of the run. */
  | { kind: 'delivered'; kickoffId: string; result: CrewResult; asFailure: boolean }
  /** In any other way. */
  | { kind: 'failed'; reason: string }
  | { kind: 'open' }
  /** Temporal does not know it. */
  | { kind: 'missing' };

/** A kickoff activity, whatever became of it. Times are in milliseconds since 1970. */
export interface KickoffSpan {
  fromMs: number;
  toMs: number;
  /** Of its worker; null where nobody knows. */
  pid: number | null;
}

export interface JudgedRun {
  workflowId: string;
  expected: CrewResult;
  /** Whether the crew's error has to be the failure of the run. */
  expectedAsFailure: boolean;
  /** Whether the API itself left a kickoff's outcome unknown. */
  troubledByApi: boolean;
  end: RunEnd;
  kickoffs: KickoffSpan[];
  /** How often a person resolved its kickoff. */
  adopted: number;
  retried: number;
}

/** What was done to a process. */
export interface Strike {
  /** Whether it hits only what this process does, as with workers. */
  isWorker: boolean;
  pid: number;
  fromMs: number;
  toMs: number;
}

export interface Evidence {
  runs: readonly JudgedRun[];
  accepted: readonly { workflowId: string | null; kickoffId: string }[];
  strikes: readonly Strike[];
}

export interface Verdict {
  runs: number;
  /** Ended without what the crew left, though the crew was there to leave it. */
  lost: number;
  /** More than one kickoff accepted, or one that belongs to no run. */
  doubled: number;
  /** Not what the crew of this run left. */
  wrong: number;
  leftOpen: number;
  /** A person had to resolve the kickoff, though nothing had happened to it. */
  helpedInVain: number;
  kickoffs: number;
  /** Under way while a process they depend on was killed or stopped. */
  kickoffsHit: number;
  adopted: number;
  retried: number;
  /** A line for each thing that is not as it has to be. */
  problems: string[];
}

export function judge({ runs, accepted, strikes }: Evidence): Verdict {
  const verdict: Verdict = {
    runs: runs.length,
    lost: 0,
    doubled: 0,
    wrong: 0,
    leftOpen: 0,
    helpedInVain: 0,
    kickoffs: 0,
    kickoffsHit: 0,
    adopted: 0,
    retried: 0,
    problems: [],
  };
  type Count = 'lost' | 'doubled' | 'wrong' | 'leftOpen' | 'helpedInVain';
  const blame = (count: Count, workflowId: string, problem: string) => {
    verdict[count] += 1;
    verdict.problems.push(`${workflowId}: ${problem}`);
  };

  const known = new Set(runs.map(({ workflowId }) => workflowId));
  for (const { workflowId, kickoffId } of accepted) {
    if (workflowId !== null && known.has(workflowId)) continue;
    blame('doubled', workflowId ?? 'nobody', `kickoff ${kickoffId} belongs to no run`);
  }
  for (const run of runs) {
    const { workflowId, end } = run;
    const ids = accepted
      .filter((each) => each.workflowId === workflowId)
      .map(({ kickoffId }) => kickoffId);
    if (ids.length > 1) {
      blame('doubled', workflowId, `${ids.length} kickoffs were accepted: ${ids.join(', ')}`);
    }
    switch (end.kind) {
      case 'delivered': {
        const mistake = toMistake(run, end, ids);
        if (mistake !== null) blame('wrong', workflowId, mistake);
        break;
      }
      case 'failed':
        blame('lost', workflowId, end.reason);
        break;
      case 'missing':
        blame('lost', workflowId, 'Temporal does not know it');
        break;
      case 'open':
        blame('leftOpen', workflowId, 'is still open');
        break;
    }
    const hit = run.kickoffs.filter((kickoff) => isHit(kickoff, strikes));
    verdict.kickoffs += run.kickoffs.length;
    verdict.kickoffsHit += hit.length;
    verdict.adopted += run.adopted;
    verdict.retried += run.retried;
    if (run.adopted + run.retried > 0 && hit.length === 0 && !run.troubledByApi) {
      blame('helpedInVain', workflowId, 'waited for a person, though nothing hit its kickoff');
    }
  }
  return verdict;
}

function toMistake(
  { expected, expectedAsFailure }: JudgedRun,
  end: RunEnd & { kind: 'delivered' },
  acceptedIds: readonly string[],
): string | null {
  if (!acceptedIds.includes(end.kickoffId)) {
    return `has the result of kickoff ${end.kickoffId}, which was not accepted for it`;
  }
  if (!isDeepStrictEqual(end.result, expected)) {
    return `says ${JSON.stringify(end.result)}, and its crew ${JSON.stringify(expected)}`;
  }
  if (end.asFailure !== expectedAsFailure) {
    return expectedAsFailure ? 'has to fail, and returns' : 'has to return, and fails';
  }
  return null;
}

function isHit(kickoff: KickoffSpan, strikes: readonly Strike[]): boolean {
  return strikes.some(
    ({ isWorker, pid, fromMs, toMs }) =>
      (!isWorker || kickoff.pid === null || pid === kickoff.pid) &&
      fromMs <= kickoff.toMs &&
      kickoff.fromMs <= toMs,
  );
}
