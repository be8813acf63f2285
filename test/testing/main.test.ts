import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { readLedger } from '../../src/testing/index.js';
import { call, kickoff, poll } from './call.js';

const MAIN = fileURLToPath(new URL('../../src/testing/main.ts', import.meta.url));
const TOKEN = 'my-own-token';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { ...process.env, CREWAI_AMP_TOKEN: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const closed = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal }));
  return { child, output, closed };
}

/** Waits for the lines to copy, and takes the URL from them. */
async function listening({ child, output, closed }: ReturnType<typeof run>, token: string) {
  if (child.stdout === null) throw new Error('stdout is a pipe');
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([
    (async () => {
      for await (const line of lines) {
        const [, found] = /^export CREWAI_AMP_URL=(.+)$/.exec(line) ?? [];
        if (found !== undefined) return found;
      }
      return undefined;
    })(),
    closed.then(() => undefined),
  ]);
  if (url === undefined) throw new Error(`It ended: ${output.stderr}`);
  return { url, token };
}

describe('npm run simulated-amp', () => {
  test('prints what to copy, serves the example crew, and ends with 0 on a signal', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = run(['--task-ms', '0', '--dialect', 'documented', '--tasks', '2']);
      const amp = await listening(server, 'simulated-token');
      const id = await kickoff(amp, { topic: 'tides' });
      expect(await call(amp, `GET /status/${id}`)).toMatchObject({
        body: {
          status: 'completed',
          result: {
            output: expect.stringContaining('tides') as unknown,
            tasks: [{ task_id: 'analysis_task' }, { task_id: 'writing_task' }],
          },
        },
      });
      server.child.kill(signal);
      expect(await server.closed).toEqual({ code: 0, signal: null });
      expect(server.output.stdout).toBe(
        `Simulated AMP, documented dialect, at ${amp.url} (Ctrl-C ends it)\n\n` +
          `export CREWAI_AMP_URL=${amp.url}\nexport CREWAI_AMP_TOKEN=simulated-token\n`,
      );
    }
  });

  test("uses the environment's token and does not show it", async () => {
    const server = run([], { CREWAI_AMP_TOKEN: TOKEN });
    const amp = await listening(server, TOKEN);
    expect(await call(amp, 'GET /inputs')).toMatchObject({ body: { inputs: ['topic'] } });
    server.child.kill('SIGTERM');
    await server.closed;
    expect(server.output.stdout).not.toContain(TOKEN);
  });

  test('killed in the middle of a run, goes on with it when started again on its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulated-amp-'));
    const ledgerFile = join(folder, 'ledger.jsonl');
    // One task takes an hour: the run is under way before the kill and after it.
    const args = ['--ledger-file', ledgerFile, '--task-ms', '3600000'];
    const first = run(args);
    const before = await listening(first, 'simulated-token');
    const id = await kickoff(before, { topic: 'tides' }, { temporal: { workflowId: 'crew-1' } });
    expect(await poll(before, id)).toBe('STARTED');
    first.child.kill('SIGKILL');
    expect(await first.closed).toEqual({ code: null, signal: 'SIGKILL' });

    const second = run([...args, '--port', new URL(before.url).port]);
    const after = await listening(second, 'simulated-token');
    expect(after.url).toBe(before.url);
    expect(await poll(after, id)).toBe('STARTED');
    second.child.kill('SIGKILL');
    await second.closed;

    const ledger = readLedger(ledgerFile);
    expect(ledger.kickoffsOfWorkflow('crew-1').map(({ kickoffId }) => kickoffId)).toEqual([id]);
    expect(ledger.requests.map(({ operation }) => operation)).toEqual([
      'kickoff',
      'status',
      'status',
    ]);
    rmSync(folder, { recursive: true });
  });

  test.each([
    { args: ['--port', 'x'], code: 2, message: '--port is "x"; give a whole number from 0.' },
    { args: ['--tasks', '0'], code: 2, message: '--tasks is "0"; give a whole number from 1.' },
    { args: ['--dialect', 'dead'], code: 2, message: 'give one of: documented, live.' },
    { args: ['--prot', '1'], code: 2, message: "Unknown option '--prot'" },
    { args: ['--ledger-file', MAIN], code: 1, message: 'main.ts is not a ledger' },
  ])('$args: ends with $code and says why', async ({ args, code, message }) => {
    const server = run(args);
    expect(await server.closed).toEqual({ code, signal: null });
    expect(server.output.stderr).toContain(message);
    expect(server.output.stdout).toBe('');
  });
});
