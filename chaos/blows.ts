import { setTimeout as delay } from 'node:timers/promises';
import { isWorker, TARGETS, type Blow, type Plan, type Target } from './plan.js';

/** Something that can be struck. */
export interface Victim {
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Of the process that runs now. */
  readonly pid: number;
}

/** A blow that was struck. Times are in milliseconds since 1970. */
export interface StruckBlow {
  target: Target;
  kind: Blow['kind'];
  pid: number;
  /**
   * For `stop` until it went on. For `kill` until the process was gone; without end where it was a
   * worker, since the server can still give work to one that is dead.
   */
  fromMs: number;
  toMs: number;
}

/** Strikes as planned, one blow after the other at each target. Resolves when all are up again. */
export async function strike(
  plan: Plan,
  victims: Record<Target, Victim>,
  report: (line: string) => void,
): Promise<StruckBlow[]> {
  const startedAt = performance.now();
  const struck: StruckBlow[] = [];
  await Promise.all(
    TARGETS.map(async (target) => {
      const victim = victims[target];
      for (const blow of plan.blows) {
        if (blow.target !== target) continue;
        await delay(Math.max(0, startedAt + blow.atMs - performance.now()));
        const { pid } = victim;
        report(`${target} (process ${pid}): ${blow.kind} for ${(blow.forMs / 1_000).toFixed(1)} s`);
        const fromMs = Date.now();
        if (blow.kind === 'kill') {
          await victim.kill();
          const toMs = isWorker(target) ? Infinity : Date.now();
          struck.push({ target, kind: 'kill', pid, fromMs, toMs });
          await delay(blow.forMs);
          await victim.start();
        } else {
          victim.signal('SIGSTOP');
          await delay(blow.forMs);
          victim.signal('SIGCONT');
          struck.push({ target, kind: 'stop', pid, fromMs, toMs: Date.now() });
        }
      }
    }),
  );
  return struck;
}
