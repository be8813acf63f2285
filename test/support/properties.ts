import fc from 'fast-check';

/**
 * The same examples each time, so that a red test is red again; another number finds others. A failure
 * prints it, with the path to the smallest example that fails.
 */
export const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);

/** Holds a property against so many examples. */
export function holdsFor<Ts>(numRuns: number, property: fc.IProperty<Ts>): void {
  fc.assert(property, { seed: SEED, numRuns });
}

/** As {@link holdsFor}, for a property that waits for something. */
export async function holdsForAsync<Ts>(
  numRuns: number,
  property: fc.IAsyncProperty<Ts>,
): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns });
}

/** So many examples, for a test that tries them all at once: without the search for a smaller one. */
export function examplesOf<T>(count: number, arbitrary: fc.Arbitrary<T>): T[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: count });
}
