import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** All that SQLite has in a folder now, by file name: its journal comes and goes while it is written. */
export async function readDatabase(folder: string): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for (const name of await readdir(folder)) {
    try {
      found[name] = await readFile(join(folder, name));
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isGone) throw error;
    }
  }
  return found;
}
