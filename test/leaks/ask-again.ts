/** More in a row would be no coincidence. */
const MOST_TIMES = 5;

/** For queries: one that meets news of its run has to be asked again (src/workflows/not-ahead-of-history.ts). */
export async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let times = 1; ; times += 1) {
    try {
      return await ask();
    } catch (error) {
      if (times === MOST_TIMES) throw error;
    }
  }
}
