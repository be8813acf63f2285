import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { endsWithParent, killAtExit } from './end-with-parent.js';

export interface ChildOptions {
  /** The whole environment of the child. Default: this process's own. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The child's output is appended to this file as well. */
  logFile?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that was started here, and that is gone at the latest when this process is. */
export interface Child {
  readonly pid: number;
  /** Lines of stdout and stderr so far, in the order in which they arrived. */
  readonly lines: readonly string[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Settles when the process is gone and its output is complete. Never rejects. */
  readonly exited: Promise<Exit>;
  /**
   * The first line that matches, of those that were written already or are yet to come.
   * Rejects with the child's output when the child exits or `timeoutMs` passes (default 60 s: more
   * than anything here takes to start on a busy machine).
   */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Sends a signal and does not wait for what becomes of it. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that has not helped after `graceMs`. Resolves when the process is gone. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<Exit>;
}

/**
 * Starts a program whose output is collected line by line. It gets no stdin. A program that does
 * not exist rejects here or, where another command starts it (Linux), exits at once and says so.
 */
export async function startChild(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  const [file = command, ...allArgs] = [...endsWithParent(), command, ...args];
  const child = spawn(file, allArgs, {
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(new Error(`${command} cannot be started: ${cause.message}`, { cause }));
    });
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} was started without a process id`);

  const killNow = () => child.kill('SIGKILL');
  const forget = killAtExit(killNow);

  const lines: string[] = [];
  const stdout: string[] = [];
  const stderr: string[] = [];
  const watchers = new Set<() => void>();
  const log =
    options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
  const collect = (stream: Readable, own: string[]) => {
    createInterface({ input: stream }).on('line', (line) => {
      own.push(line);
      lines.push(line);
      log?.write(`${line}\n`);
      for (const watcher of watchers) watcher();
    });
  };
  collect(child.stdout, stdout);
  collect(child.stderr, stderr);

  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    // 'close' comes after 'exit', when the last line has been read.
    child.once('close', (code, signal) => {
      exit = { code, signal };
      forget();
      log?.end();
      for (const watcher of watchers) watcher();
      resolve(exit);
    });
  });

  return {
    pid,
    lines,
    stdout,
    stderr,
    exited,
    waitForLine: (pattern, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        let next = 0;
        const settle = (action: () => void) => {
          clearTimeout(timer);
          watchers.delete(look);
          action();
        };
        const fail = (why: string) => {
          settle(() => {
            reject(
              new Error(
                `${command} ${why} without a line like ${String(pattern)}. Its output:\n${lines.join('\n')}`,
              ),
            );
          });
        };
        const look = () => {
          const found = lines.slice(next).find((line) => pattern.test(line));
          next = lines.length;
          if (found !== undefined)
            settle(() => {
              resolve(found);
            });
          else if (exit !== undefined) fail(`exited (${exit.signal ?? String(exit.code)})`);
        };
        const timer = setTimeout(() => {
          fail(`ran ${String(timeoutMs)} ms`);
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
    signal: (signal) => {
      child.kill(signal);
    },
    // 30 s: a Temporal server needs about one second, a worker as long as its running kickoffs.
    stop: async (graceMs = 30_000) => {
      child.kill('SIGTERM');
      const timer = setTimeout(killNow, graceMs);
      return exited.finally(() => {
        clearTimeout(timer);
      });
    },
    kill: async () => {
      killNow();
      return exited;
    },
  };
}

/**
 * Starts Node.js itself (not npm or npx, which would keep a signal to themselves) with these
 * arguments: `startNode(['dist/worker.js'])`.
 */
export function startNode(args: readonly string[], options: ChildOptions = {}): Promise<Child> {
  return startChild(process.execPath, args, options);
}
