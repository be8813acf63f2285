/** Something in the configuration that a person has to mend. Never holds a token. */
export class Mistake extends Error {
  override name = 'Mistake';
}

/** Collects mistakes, so that all of them are reported at once. */
export interface Mistakes {
  readonly found: readonly string[];
  /** @param where the variable or key that has to be changed */
  add(where: string, what: string): void;
  /** What `parse` returns; undefined when it throws a `Mistake`, which is then found at `where`. */
  attempt<T>(where: string, parse: () => T): T | undefined;
}

export function createMistakes(): Mistakes {
  const found: string[] = [];
  const add = (where: string, what: string) => {
    found.push(`${where}: ${what}`);
  };
  return {
    found,
    add,
    attempt: (where, parse) => {
      try {
        return parse();
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        add(where, error.message);
        return undefined;
      }
    },
  };
}
