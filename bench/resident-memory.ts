import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process holds in memory now, in KiB: its resident set. */
export function readResidentKb(pid: number): number {
  const text =
    process.platform === 'linux'
      ? /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  const kb = Number(text);
  if (!(kb > 0)) throw new Error(`Nobody says how much memory process ${pid} holds`);
  return kb;
}
