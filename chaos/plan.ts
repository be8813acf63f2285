/** What is going to happen, all of it from the seed: the same plan each time. */
import { DIALECTS, type DialectName } from '../src/testing/index.js';
import type { CrewInputs } from './crew.js';
import {
  isSlow,
  KICKOFF_TROUBLE_NAMES,
  SLOW_KICKOFFS,
  type KickoffTroubleName,
} from './kickoff-troubles.js';
import { createRandom, type Random } from './random.js';

/** How long the API may take to answer a kickoff, of the worker's configuration. */
export const KICKOFF_TIMEOUT_MS = 9_000;
/**
 * A kickoff that takes its time takes this long: long enough to be hit, and so far below the timeout
 * that a busy machine does not exceed it.
 */
const SLOW_MS = { from: 4_500, to: 7_000 } as const;
/** Of all runs: enough for a fifth of all kickoffs to be hit while under way, as not each is. */
const SLOW_EVERY = 3;
/** A slow kickoff is placed where it is most likely to be hit, of so many places. */
const PLACES = 6;
/** From the start of a run until its kickoff is under way; and how much before its answer a blow still hits. */
const MARGIN_MS = 500;
/** What a process takes to start, and others to find it. */
const RESTART_MS = 2_000;
/** Of those that are not slow, so many meet an API that answers wrongly, or not at all. */
const TROUBLED = 0.17;

export const TARGETS = ['worker 1', 'worker 2', 'server', 'api'] as const;
export type Target = (typeof TARGETS)[number];

export function isWorker(target: Target): boolean {
  return target !== 'server' && target !== 'api';
}

/** Something that is done to a process. */
export interface Blow {
  target: Target;
  /** `kill`: SIGKILL, and started again. `stop`: SIGSTOP, then SIGCONT. */
  kind: 'kill' | 'stop';
  /** From the start of all. */
  atMs: number;
  /** How long the process is away. */
  forMs: number;
}

export interface PlannedRun {
  workflowId: string;
  /** From the start of all. */
  atMs: number;
  /** Also the name of its crew. */
  dialect: DialectName;
  inputs: CrewInputs;
  onCrewError: 'return' | 'fail';
}

export interface Plan {
  seed: number;
  /** How long runs are started and processes are struck, in milliseconds. */
  troubleMs: number;
  runs: PlannedRun[];
  blows: Blow[];
}

interface Lane {
  /** Between the end of one blow and the next. */
  gapMs: { from: number; to: number };
  killMs: { from: number; to: number };
  /** Share of blows that stop the process instead of killing it. */
  stops: number;
}

const WORKER: Lane = {
  gapMs: { from: 5_000, to: 18_000 },
  killMs: { from: 0, to: 4_000 },
  stops: 0.3,
};
const LANES: Record<Target, Lane> = {
  'worker 1': WORKER,
  'worker 2': WORKER,
  server: { gapMs: { from: 15_000, to: 45_000 }, killMs: { from: 500, to: 8_000 }, stops: 0 },
  api: { gapMs: { from: 8_000, to: 25_000 }, killMs: { from: 500, to: 5_000 }, stops: 0 },
};
/**
 * Past all that a worker has a time for: a workflow task (10 s), and a kickoff, which gets 15 s on
 * top of the API's own time.
 */
const STOP_MS = { from: KICKOFF_TIMEOUT_MS + 16_000, to: KICKOFF_TIMEOUT_MS + 22_000 } as const;
/** A stop may outlast the time for trouble by this much, so that a short try stays short. */
const STOP_OVERHANG_MS = 10_000;

export function createPlan(options: { runs: number; seed: number; minutes: number }): Plan {
  const { seed } = options;
  const troubleMs = options.minutes * 60_000;
  const blows = TARGETS.flatMap((target) =>
    planBlows(target, LANES[target], troubleMs, createRandom(`${seed} ${target}`)),
  ).sort((a, b) => a.atMs - b.atMs);
  const random = createRandom(`${seed} runs`);
  const runs = Array.from({ length: options.runs }, (_, index) =>
    planRun(index, troubleMs, blows, random),
  ).sort((a, b) => a.atMs - b.atMs);
  return { seed, troubleMs, runs, blows };
}

function planBlows(target: Target, lane: Lane, troubleMs: number, random: Random): Blow[] {
  const blows: Blow[] = [];
  for (let atMs = within(lane.gapMs, random); atMs < troubleMs;) {
    const canStop = atMs + STOP_MS.to <= troubleMs + STOP_OVERHANG_MS;
    const kind = random.chance(lane.stops) && canStop ? 'stop' : 'kill';
    const forMs = within(kind === 'stop' ? STOP_MS : lane.killMs, random);
    blows.push({ target, kind, atMs, forMs });
    atMs += forMs + within(lane.gapMs, random);
  }
  return blows;
}

function planRun(
  index: number,
  troubleMs: number,
  blows: readonly Blow[],
  random: Random,
): PlannedRun {
  const slowMs = within(SLOW_MS, random);
  const hasSlowKickoff = index % SLOW_EVERY === 0;
  const topic = `topic-${String(index + 1).padStart(4, '0')}`;
  return {
    workflowId: `chaos-${topic}`,
    atMs: hasSlowKickoff ? underBlows(blows, slowMs, random) : random.between(0, troubleMs),
    dialect: random.pick(DIALECTS),
    inputs: {
      topic,
      figure: Math.floor(random.between(0, 1e9)),
      outcome: random.pick(['text', 'text', 'object', 'error', 'cancelled']),
      taskMs: Array.from({ length: random.pick([1, 2, 3]) }, () =>
        Math.floor(random.between(300, 4_000)),
      ),
      notFoundForMs: random.chance(0.1) ? 2_000 : 0,
      trouble: hasSlowKickoff ? random.pick(SLOW_KICKOFFS) : toQuickTrouble(random),
      slowMs: Math.floor(slowMs),
    },
    onCrewError: random.pick(['return', 'fail']),
  };
}

/** Before a blow or several, so that one of them meets the kickoff while it is under way. */
function underBlows(blows: readonly Blow[], slowMs: number, random: Random): number {
  if (blows.length === 0) return 0;
  const underWay = { from: MARGIN_MS, to: slowMs - MARGIN_MS };
  const places = Array.from({ length: PLACES }, () => {
    const atMs = Math.max(0, random.pick(blows).atMs - within(underWay, random));
    // Without a server or an API it would begin some time later, and be missed.
    if (blows.some((blow) => isAwayAt(blow, atMs))) return { atMs, odds: 0 };
    const meets = blows.filter((blow) => isIn(underWay, blow.atMs - atMs));
    // One that strikes a worker misses what the other one does.
    const missed = meets.reduce((odds, { target }) => odds * (isWorker(target) ? 0.5 : 0.1), 1);
    return { atMs, odds: 1 - missed };
  });
  return places.reduce((best, place) => (place.odds > best.odds ? place : best)).atMs;
}

/** Whether the server or the API is away because of this blow, or just coming back. */
function isAwayAt({ target, atMs, forMs }: Blow, runMs: number): boolean {
  const away = { from: atMs - MARGIN_MS, to: atMs + forMs + RESTART_MS };
  return !isWorker(target) && isIn(away, runMs);
}

function toQuickTrouble(random: Random): KickoffTroubleName {
  if (!random.chance(TROUBLED)) return 'none';
  return random.pick(KICKOFF_TROUBLE_NAMES.filter((name) => name !== 'none' && !isSlow(name)));
}

function within({ from, to }: { from: number; to: number }, random: Random): number {
  return random.between(from, to);
}

function isIn({ from, to }: { from: number; to: number }, value: number): boolean {
  return from <= value && value < to;
}

/** The plan in a few lines, for a person. */
export function describePlan({ seed, troubleMs, runs, blows }: Plan): string[] {
  const slow = runs.filter(({ inputs }) => isSlow(inputs.trouble));
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)}`;
  return [
    `Plan of seed ${seed}: ${runs.length} runs within ${seconds(troubleMs)} s, ` +
      `${slow.length} of them with a slow kickoff; struck after so many seconds + away for so many:`,
    ...TARGETS.map((target) => {
      const own = blows
        .filter((blow) => blow.target === target)
        .map(({ kind, atMs, forMs }) => `${kind} ${seconds(atMs)}+${seconds(forMs)}`);
      return `  ${target.padEnd(8)}  ${own.join(', ') || 'left alone'}`;
    }),
  ];
}
