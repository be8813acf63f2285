import { spawnSync } from 'node:child_process';

const kills = new Set<() => void>();

/**
 * Calls `kill` when this process exits or is ended by Ctrl-C or SIGTERM. Returns a function that
 * forgets it again.
 */
export function killAtExit(kill: () => void): () => void {
  if (kills.size === 0) watch();
  kills.add(kill);
  return () => {
    kills.delete(kill);
    if (kills.size === 0) unwatch();
  };
}

const killAll = () => {
  for (const kill of kills) kill();
};

// Node.js dies of these signals without an 'exit' event unless somebody listens.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const onSignal = (signal: NodeJS.Signals) => {
  // Whoever else listens stops its children in its own order; its exit ends here as well.
  if (process.listenerCount(signal) > 1) return;
  killAll();
  unwatch();
  process.kill(process.pid, signal);
};

function watch(): void {
  process.on('exit', killAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

let command: readonly string[] | undefined;

/**
 * The start of a command line that has the kernel kill the child when this process dies, even by
 * SIGKILL. Empty where there is no such command: only Linux has one.
 */
export function endsWithParent(): readonly string[] {
  if (command === undefined) {
    const args = ['--pdeathsig', 'KILL'];
    const works =
      process.platform === 'linux' && spawnSync('setpriv', [...args, 'true']).status === 0;
    command = works ? ['setpriv', ...args] : [];
  }
  return command;
}
