/** Numbers that are the same each time for the same seed: a plan that can be repeated. */
export interface Random {
  /** From `from` up to, and without, `to`. */
  between(from: number, to: number): number;
  /** True this often, from 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
}

/** @param seed streams of different seeds have nothing to do with each other */
export function createRandom(seed: string): Random {
  const next = mulberry32(hash(seed));
  return {
    between: (from, to) => from + next() * (to - from),
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('There is nothing to pick from');
      return value;
    },
  };
}

/** Tommy Ettinger's generator of 32 bits, public domain: small, and good enough for dice. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (const byte of Buffer.from(text)) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed;
}
