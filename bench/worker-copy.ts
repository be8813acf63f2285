import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE_DIR } from './stage.js';

export interface WorkerCopy {
  /** Its `dist/worker.js`. */
  worker: string;
  /** Its `dist/workflow-bundle.js`, which is the benchmark's to write. */
  bundle: string;
  /** Its `scripts/bundle-workflows.js`. */
  bundleScript: string;
}

/** A copy of the built worker: all the same but for the workflow bundle that it will find. */
export async function copyWorker(name: string): Promise<WorkerCopy> {
  const dir = join(CACHE_DIR, name);
  for (const folder of ['dist', 'scripts']) {
    const source = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    await cp(source, join(dir, folder), { recursive: true });
  }
  return {
    worker: join(dir, 'dist/worker.js'),
    bundle: join(dir, 'dist/workflow-bundle.js'),
    bundleScript: join(dir, 'scripts/bundle-workflows.js'),
  };
}
