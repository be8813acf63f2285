import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the folder this process's own for as long as it runs: two Temporal servers on one SQLite
 * file would take each other's work, and say nothing of it.
 *
 * @throws Error that names the process that has it already
 */
export function claimFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'demo.pid');
  if (!write(file)) {
    const pid = Number(readFileSync(file, 'utf8'));
    if (isRunning(pid)) {
      throw new Error(
        `The demo is running already, as process ${pid}. End it there with Ctrl-C, and try again. ` +
          `(If that is no demo, delete ${file}.)`,
      );
    }
    // Left by a demo that was killed.
    rmSync(file, { force: true });
    if (!write(file)) throw new Error('The demo was just started elsewhere. End it there first.');
  }
  process.on('exit', () => {
    rmSync(file, { force: true });
  });
}

function write(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is a process, too.
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
