import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

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
