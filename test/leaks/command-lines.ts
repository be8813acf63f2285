import { readdirSync, readFileSync } from 'node:fs';

/** Of a process that lives shorter than that, see `look`. */
const EVERY_MS = 200;

export interface CommandLines {
  /** Looks now, as right after a process was started. */
  look(): void;
  /** Ends the watching. The arguments of all processes that were seen, of this machine's every user. */
  stop(): string[];
}

/** Watches what `ps` would show to anybody. Linux only: elsewhere it sees nothing. */
export function watchCommandLines(): CommandLines {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of listProcesses()) seen.add(readCommandLine(pid));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    look,
    stop: () => {
      look();
      clearInterval(timer);
      return [...seen];
    },
  };
}

function listProcesses(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return ''; // It has ended since.
  }
}
