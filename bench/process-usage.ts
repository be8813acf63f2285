import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** As docs/running-workers.md advises: glibc keeps much of what is freed otherwise. */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

/** What a process holds in memory now, in KiB: its resident set. */
export function readResidentKb(pid: number): number {
  if (process.platform !== 'linux') return Number(askPs('rss', pid));
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]);
}

const LOOK_AGAIN_MS = 5_000;
/** V8 collects the garbage of an isolate that has little to do only after half a minute or so. */
const AT_REST_MS = 60_000;

/** The same of a process that has nothing to do: as soon as it has held no less for a minute. */
export async function readRestingKb(pid: number): Promise<number> {
  let leastKb = Infinity;
  for (let unchangedMs = 0; unchangedMs < AT_REST_MS; unchangedMs += LOOK_AGAIN_MS) {
    const kb = readResidentKb(pid);
    if (kb < leastKb) {
      leastKb = kb;
      unchangedMs = 0;
    }
    await delay(LOOK_AGAIN_MS);
  }
  return leastKb;
}

export function toMb(kb: number): string {
  return `${(kb / 1_024).toFixed(0)} MiB`;
}

/** What a process has computed so far, in milliseconds of one core. */
export function readCpuMs(pid: number): number {
  if (process.platform === 'linux') {
    // proc(5): the 14th and 15th field, in ticks of 10 ms; the second, a name, ends with the last ")".
    const [utime, stime] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ').slice(11, 13) ?? [];
    return (Number(utime) + Number(stime)) * 10;
  }
  // Hours only where there are any.
  const seconds = askPs('time', pid)
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return seconds * 1_000;
}

function readProc(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}

function askPs(what: string, pid: number): string {
  return execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
