import type { FaultRequest, StatusFault } from '../src/testing/index.js';
import type { Random } from './random.js';

/** Of all status requests: so many that a thousand of them do not fall below 30% by chance. */
const SHARE = 0.36;
/** "Not found" lasts for a while: some polls, and far less than the grace of 10 min. */
const NOT_FOUND_MS = { from: 500, to: 5_000 } as const;
/** From hardly late to later than a fast read may be. */
const LATE_MS = { from: 200, to: 2_500 } as const;
/** More than the client reads of any answer (8 MiB). */
const TOO_LARGE_BYTES = 9 * 1024 * 1024;

/** Every way in which a status request goes wrong. */
const FAULTS = {
  hang: () => ({ hang: true }),
  drip: () => ({ drip: { bytes: 1, everyMs: 200 } }),
  reset: () => ({ reset: true }),
  half: () => ({ half: true }),
  empty: () => ({ empty: true }),
  notJson: () => ({ notJson: true }),
  gateway: () => ({ html: true }),
  error: () => ({ status: 500, body: 'Internal error' }),
  busy: () => ({ status: 503, headers: { 'retry-after': '1' } }),
  tooMany: () => ({ status: 429, headers: { 'retry-after': '1' } }),
  refused: () => ({ status: 401, body: { detail: 'Not now' } }),
  tooLarge: () => ({ bigBytes: TOO_LARGE_BYTES }),
  oddWord: () => ({ word: 'PONDERING' }),
  late: (random) => ({ delayMs: random.between(LATE_MS.from, LATE_MS.to) }),
  notFound: () => ({ notFound: true }),
} as const satisfies Record<string, (random: Random) => StatusFault>;

export type StatusFaultName = keyof typeof FAULTS;
export const STATUS_FAULT_NAMES = Object.keys(FAULTS) as StatusFaultName[];

/** Tells of each request which fault it meets, or null. */
export type Witness = (name: StatusFaultName | null) => void;

export function planStatusFaults(random: Random, witness: Witness) {
  const notFoundUntil = new Map<string | null, number>();
  return ({ kickoffId }: FaultRequest): StatusFault | null => {
    const now = Date.now();
    const name = pickFault();
    if (name === 'notFound' && !isNotFound()) {
      notFoundUntil.set(kickoffId, now + random.between(NOT_FOUND_MS.from, NOT_FOUND_MS.to));
    }
    witness(name);
    return name === null ? null : FAULTS[name](random);

    function isNotFound(): boolean {
      return now < (notFoundUntil.get(kickoffId) ?? 0);
    }
    function pickFault(): StatusFaultName | null {
      if (isNotFound()) return 'notFound';
      return random.chance(SHARE) ? random.pick(STATUS_FAULT_NAMES) : null;
    }
  };
}
