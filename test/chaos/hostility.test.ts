import { expect, it } from 'vitest';
import type { StruckBlow } from '../../chaos/blows.js';
import { isLongEnough, toShortfalls } from '../../chaos/hostility.js';
import { createPlan } from '../../chaos/plan.js';
import { STATUS_FAULT_NAMES } from '../../chaos/status-faults.js';

const blow = (target: StruckBlow['target'], kind: StruckBlow['kind']): StruckBlow => ({
  target,
  kind,
  pid: 7,
  fromMs: 0,
  toMs: 1,
});
const hostile = {
  kickoffs: 100,
  kickoffsHit: 20,
  statusRequests: {
    total: STATUS_FAULT_NAMES.length * 10,
    faults: Object.fromEntries(STATUS_FAULT_NAMES.map((name) => [name, 3])),
  },
  struck: [
    blow('worker 1', 'kill'),
    blow('worker 2', 'kill'),
    blow('worker 2', 'stop'),
    blow('server', 'kill'),
    blow('api', 'kill'),
  ],
};
const shortfallsOf = (change: Partial<typeof hostile>): string[] => {
  const tried = { ...hostile, ...change };
  return toShortfalls(tried, tried);
};
const without = (target: StruckBlow['target'], kind: StruckBlow['kind']) => ({
  struck: hostile.struck.filter((each) => each.target !== target || each.kind !== kind),
});

it('finds nothing that is missing in a try that is just hostile enough', () => {
  expect(shortfallsOf({})).toEqual([]);
});

it.each<[string, Partial<typeof hostile>, RegExp]>([
  ['few kickoffs were hit', { kickoffsHit: 19 }, /19% of 100 kickoffs were hit, and 20% have/],
  ['there were no kickoffs', { kickoffs: 0, kickoffsHit: 0 }, /0% of 0 kickoffs/],
  [
    'few status requests were hit',
    { statusRequests: { ...hostile.statusRequests, total: STATUS_FAULT_NAMES.length * 11 } },
    /27% of 165 status requests were hit, and 30% have/,
  ],
  [
    'a kind of fault is missing',
    {
      statusRequests: {
        ...hostile.statusRequests,
        faults: { ...hostile.statusRequests.faults, half: 0, reset: 6 },
      },
    },
    /no status request met the fault "half"/,
  ],
  ['a worker was left alone', without('worker 1', 'kill'), /no kill of worker 1/],
  ['no worker was stopped', without('worker 2', 'stop'), /no stop of worker/],
  ['the server was left alone', without('server', 'kill'), /no kill of server/],
  ['the API was left alone', without('api', 'kill'), /no kill of api/],
])('says that a try was too gentle: %s', (_what, change, shortfall) => {
  expect(shortfallsOf(change)).toEqual([expect.stringMatching(shortfall)]);
});

it('holds only a long try to this', () => {
  expect(isLongEnough(createPlan({ runs: 300, seed: 1, minutes: 8 }))).toBe(true);
  expect(isLongEnough(createPlan({ runs: 300, seed: 1, minutes: 1 }))).toBe(false);
  expect(isLongEnough(createPlan({ runs: 20, seed: 1, minutes: 8 }))).toBe(false);
});
