import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type Child } from '../dev-server/child-process.js';
import { readLedger } from '../src/testing/index.js';

const demoFile = fileURLToPath(new URL('../demo/demo.ts', import.meta.url));

/** Three processes to start, then 20 s of a run, on a busy machine. */
const DEMO_TIMEOUT_MS = 120_000;

describe('the demo, without a terminal', { timeout: DEMO_TIMEOUT_MS }, () => {
  let home = '';
  let demo: Child;

  // A folder of its own, so that it neither meets a demo in the project's nor leaves runs there.
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'demo-'));
  });
  afterEach(() => demo.kill());
  afterAll(() => rm(home, { recursive: true }));

  const startDemo = async (): Promise<void> => {
    const env = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|CREWAI)_/.test(name));
    demo = await startNode(['--import', import.meta.resolve('tsx'), demoFile], {
      cwd: home,
      env: Object.fromEntries(env),
    });
  };
  const ledger = () => readLedger(join(home, '.cache/demo/simulated-amp.jsonl'));
  const numberAfter = (label: RegExp): number => {
    const line = demo.lines.find((each) => label.test(each)) ?? '';
    return Number(/\d+/.exec(line.replace(label, ''))?.[0]);
  };
  const workers = () => [
    ...new Set(demo.lines.flatMap((line) => line.match(/(?<=process )\d+/g) ?? [])),
  ];

  it('stops all that it has started when it is interrupted', async () => {
    await startDemo();
    await demo.waitForLine(/running 0\/3/);
    demo.signal('SIGINT');
    expect((await demo.exited).code).toBe(130);
    expect(demo.lines.at(-1)).toBe('Stopping what was started …');
    expect(workers()).toHaveLength(1);
    expect(workers().filter(isRunning)).toEqual([]);
    expect(await isFree(numberAfter(/^Temporal +127\.0\.0\.1:/))).toBe(true);
    expect(await isFree(numberAfter(/^crew +http:\/\/127\.0\.0\.1:/))).toBe(true);
  });

  it('tells a run that survives the death of its worker, and ends', async () => {
    const [interrupted] = ledger().kickoffs;
    await startDemo();
    const { code } = await demo.exited;
    const output = demo.lines.join('\n');
    expect(output).toContain('completed in');
    expect(code, output).toBe(0);

    const [first, second, ...others] = workers();
    expect(others).toEqual([]);
    expect(output).toContain(`The worker (process ${first}) was just killed`);
    expect(output).toContain(`Another worker was started (process ${second})`);
    expect(workers().filter(isRunning)).toEqual([]);
    expect(await isFree(numberAfter(/^Temporal +127\.0\.0\.1:/))).toBe(true);
    // Three workers so far, of which one had no chance to end by itself.
    const log = await readFile(join(home, '.cache/demo/worker.log'), 'utf8');
    expect(log.match(/ Ready: /g)).toHaveLength(3);
    expect(log.match(/ Stopped: /g)).toHaveLength(2);

    const { kickoffs, received, pollsOf } = ledger();
    expect(numberAfter(/^kickoffs/)).toBe(1);
    expect(received).toHaveLength(2);
    const [own, ...more] = kickoffs.filter((kickoff) => kickoff.at !== interrupted?.at);
    expect(more).toEqual([]);
    expect(numberAfter(/^polls/)).toBe(pollsOf(own?.kickoffId ?? '').length);
    expect(output).toContain(own?.scenario.output);
    expect(output).toMatch(
      /^Web UI +http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/demo-/m,
    );
  });

  it('has then also ended the run that was interrupted, without a second kickoff', () => {
    const [interrupted] = ledger().kickoffs;
    const polls = ledger().pollsOf(interrupted?.kickoffId ?? '');
    expect(polls.at(-1)?.answered).toBe('SUCCESS');
  });
});

function isRunning(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false; // No such process.
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
