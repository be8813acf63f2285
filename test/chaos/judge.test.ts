import { expect, it } from 'vitest';
import { judge, type Evidence, type JudgedRun } from '../../chaos/judge.js';

const result = { status: 'completed', output: 'About tea', outputJson: null, error: null } as const;
const crewError = { status: 'error', output: null, outputJson: null, error: 'No tea' } as const;

const run: JudgedRun = {
  workflowId: 'run-1',
  expected: result,
  expectedAsFailure: false,
  troubledByApi: false,
  end: { kind: 'delivered', kickoffId: 'id-1', result, asFailure: false },
  kickoffs: [{ fromMs: 1_000, toMs: 2_000, pid: 7 }],
  adopted: 0,
  retried: 0,
};
const evidence: Evidence = {
  runs: [run],
  accepted: [{ workflowId: 'run-1', kickoffId: 'id-1' }],
  strikes: [],
};
const ofRun = (change: Partial<JudgedRun>): Evidence => ({
  ...evidence,
  runs: [{ ...run, ...change }],
});

const COUNTS = ['lost', 'doubled', 'wrong', 'leftOpen', 'helpedInVain'] as const;
type Count = (typeof COUNTS)[number];

/** The counts that are not zero. */
function blamesOf(of: Evidence): Partial<Record<Count, number>> {
  const verdict = judge(of);
  return Object.fromEntries(
    COUNTS.filter((count) => verdict[count] > 0).map((count) => [count, verdict[count]]),
  );
}

it('finds nothing where each run has one kickoff and what its crew left', () => {
  expect(judge(evidence)).toMatchObject({ runs: 1, kickoffs: 1, problems: [] });
  expect(blamesOf(evidence)).toEqual({});
});

it.each<[string, Partial<Record<Count, number>>, Evidence]>([
  [
    'lost: it failed, and not by its crew',
    { lost: 1 },
    ofRun({ end: { kind: 'failed', reason: 'CrewAI.TimedOut: not over in time' } }),
  ],
  [
    'lost: Temporal does not know it',
    { lost: 1 },
    ofRun({ end: { kind: 'missing' }, kickoffs: [] }),
  ],
  [
    'doubled: two kickoffs were accepted, though it delivers the result of one',
    { doubled: 1 },
    { ...evidence, accepted: [...evidence.accepted, { workflowId: 'run-1', kickoffId: 'id-2' }] },
  ],
  [
    'doubled: somebody else was kicked off',
    { doubled: 1 },
    { ...evidence, accepted: [...evidence.accepted, { workflowId: null, kickoffId: 'id-2' }] },
  ],
  [
    'wrong: another output than its crew left',
    { wrong: 1 },
    ofRun({
      end: {
        kind: 'delivered',
        kickoffId: 'id-1',
        result: { ...result, output: 'About coffee' },
        asFailure: false,
      },
    }),
  ],
  [
    'wrong: the result of a kickoff that is not its own',
    { wrong: 1 },
    ofRun({ end: { kind: 'delivered', kickoffId: 'id-2', result, asFailure: false } }),
  ],
  ['wrong: a result that no kickoff was accepted for', { wrong: 1 }, { ...evidence, accepted: [] }],
  [
    "wrong: its crew's error is not the failure that it has to be",
    { wrong: 1 },
    ofRun({
      expected: crewError,
      expectedAsFailure: true,
      end: { kind: 'delivered', kickoffId: 'id-1', result: crewError, asFailure: false },
    }),
  ],
  ['left open', { leftOpen: 1 }, ofRun({ end: { kind: 'open' } })],
  [
    'both: left open, and doubled',
    { leftOpen: 1, doubled: 1 },
    {
      ...ofRun({ end: { kind: 'open' } }),
      accepted: [...evidence.accepted, { workflowId: 'run-1', kickoffId: 'id-2' }],
    },
  ],
  ['helped in vain: nothing had hit its kickoff', { helpedInVain: 1 }, ofRun({ adopted: 1 })],
])('reports a run that is %s', (_what, counts, of) => {
  expect(blamesOf(of)).toEqual(counts);
  expect(judge(of).problems).toHaveLength(Object.keys(counts).length);
});

it.each([
  ['its worker, killed meanwhile', { isWorker: true, pid: 7, fromMs: 1_500, toMs: 1_510 }, 1],
  ['its worker, stopped since before', { isWorker: true, pid: 7, fromMs: 0, toMs: 1_100 }, 1],
  [
    'the server or the API, killed meanwhile',
    { isWorker: false, pid: 9, fromMs: 2_000, toMs: 2_010 },
    1,
  ],
  ['another worker', { isWorker: true, pid: 8, fromMs: 1_500, toMs: 1_510 }, 0],
  [
    'its worker, killed before the server knew',
    { isWorker: true, pid: 7, fromMs: 500, toMs: Infinity },
    1,
  ],
  ['its worker, killed afterwards', { isWorker: true, pid: 7, fromMs: 2_001, toMs: 2_010 }, 0],
  ['the API, killed before', { isWorker: false, pid: 9, fromMs: 0, toMs: 999 }, 0],
])('counts a kickoff as hit by what it depends on: %s', (_what, strike, kickoffsHit) => {
  const of = { ...ofRun({ adopted: 1 }), strikes: [strike] };
  expect(judge(of)).toMatchObject({ kickoffsHit, helpedInVain: 1 - kickoffsHit });
});

it('expects a person where the API itself left the outcome open', () => {
  expect(judge(ofRun({ retried: 1, troubledByApi: true })).problems).toEqual([]);
});
