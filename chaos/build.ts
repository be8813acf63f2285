import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Patch {
  file: string;
  /** Has to be there exactly once: a patch that does not fit any more must not pass for a build that is sound. */
  from: string;
  to: string;
}

/** Builds that break a promise on purpose, each in all the places that keep it. */
export const BROKEN = {
  /** A kickoff whose worker died is sent again by Temporal's retry policy. */
  'kickoff-retried': [
    {
      file: 'workflow-bundle.js',
      from: '// Not idempotent: never retried by Temporal.\n        retry: { maximumAttempts: 1 },',
      to: 'retry: { maximumAttempts: 5 },',
    },
    {
      file: 'activities/kickoff.js',
      from: 'if (attempt > 1 || earlier !== undefined) {',
      to: 'if (attempt > 5) {',
    },
  ],
} as const satisfies Record<string, readonly Patch[]>;

export type BrokenName = keyof typeof BROKEN;
export const BROKEN_NAMES = Object.keys(BROKEN) as BrokenName[];

/**
 * A copy of `dist/`, so that a build meanwhile does not change what is tried.
 *
 * @returns its `worker.js`
 * @throws Error when a patch does not fit
 */
export async function copyBuild(folder: string, broken: BrokenName | null): Promise<string> {
  const copy = join(folder, 'dist');
  await cp(fileURLToPath(new URL('../dist', import.meta.url)), copy, { recursive: true });
  for (const { file, from, to } of broken === null ? [] : BROKEN[broken]) {
    const path = join(copy, file);
    const parts = (await readFile(path, 'utf8')).split(from);
    if (parts.length !== 2) {
      throw new Error(
        `The build cannot be broken as "${broken}": in dist/${file} this has to be there once, and ` +
          `is there ${parts.length - 1} times: ${from}`,
      );
    }
    await writeFile(path, parts.join(to));
  }
  return join(copy, 'worker.js');
}
