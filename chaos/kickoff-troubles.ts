import type { Scenario } from '../src/testing/index.js';

export interface KickoffTrouble {
  /** Whether the run cannot know what became of the kickoff, so that a person has to say it. */
  leavesUnknown: boolean;
  /** What the simulated AMP does; `slowMs` is how long where it takes its time. */
  toKickoff(slowMs: number): NonNullable<Scenario['kickoff']>;
}

const known = { leavesUnknown: false };
const unknown = { leavesUnknown: true };

/** What a kickoff can meet at the API itself, whatever is killed meanwhile. */
export const KICKOFF_TROUBLES = {
  none: { ...known, toKickoff: () => ({}) },
  // These two are the slow ones: killed in between, its id is lost, or it never starts.
  answeredLate: { ...known, toKickoff: (slowMs) => ({ answerAfterMs: slowMs }) },
  acceptedLate: { ...known, toKickoff: (slowMs) => ({ fault: { delayMs: slowMs } }) },
  busy: { ...known, toKickoff: () => ({ fault: { status: 503, headers: retryAfter } }) },
  tooMany: { ...known, toKickoff: () => ({ fault: { status: 429, headers: retryAfter } }) },
  reset: { ...unknown, toKickoff: () => ({ fault: { reset: true } }) },
  resetAccepted: { ...unknown, toKickoff: () => ({ fault: { reset: true, accepted: true } }) },
  hangAccepted: { ...unknown, toKickoff: () => ({ fault: { hang: true, accepted: true } }) },
  half: { ...unknown, toKickoff: () => ({ fault: { half: true } }) },
  noId: { ...unknown, toKickoff: () => ({ fault: { noKickoffId: true } }) },
  error: { ...unknown, toKickoff: () => ({ fault: { status: 500, body: 'Internal error' } }) },
  gateway: { ...unknown, toKickoff: () => ({ fault: { html: true, accepted: true } }) },
} as const satisfies Record<string, KickoffTrouble>;

const retryAfter = { 'retry-after': '1' };

export type KickoffTroubleName = keyof typeof KICKOFF_TROUBLES;

export const KICKOFF_TROUBLE_NAMES = Object.keys(KICKOFF_TROUBLES) as KickoffTroubleName[];

export const SLOW_KICKOFFS = ['answeredLate', 'acceptedLate'] as const;

export function isSlow(trouble: KickoffTroubleName): boolean {
  return SLOW_KICKOFFS.some((slow) => slow === trouble);
}
