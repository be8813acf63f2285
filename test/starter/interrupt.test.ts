import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CrewHarness } from '../support/crew-harness.js';
import { startCrewHarness } from '../support/crew-harness.js';

const starter = fileURLToPath(new URL('../../src/starter.ts', import.meta.url));
const pretendTerminal = new URL('pretend-terminal.ts', import.meta.url).href;

let crew: CrewHarness;
beforeAll(async () => {
  crew = await startCrewHarness({ amp: { scenario: { pendingMs: 3_600_000 } } });
});
afterAll(() => crew.stop());

describe('Ctrl-C in a process of its own', () => {
  it.each([
    ['elsewhere', []],
    // Libraries that hide the cursor have handlers of their own for this signal.
    ['on a terminal', ['--import', pretendTerminal]],
  ])('%s: exits with 130 after saying how to attach again', async (_, preload) => {
    const workflowId = `interrupt-${randomUUID()}`;
    const child = spawn(
      process.execPath,
      [...['--import', 'tsx', ...preload, starter], ...['run', '--id', workflowId]],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          TEMPORAL_ADDRESS: inject('temporalAddress'),
          TEMPORAL_TASK_QUEUE: crew.taskQueue,
        },
      },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // The first sight of the run's own status: it is followed now.
      if (!stderr.includes('pending') && (stderr + text).includes('pending')) child.kill('SIGINT');
      stderr += text;
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];

    expect(exitCode).toBe(130);
    expect(stderr).toContain('The run goes on.');
    expect(stderr).toContain(`watch ${workflowId}`);
    const handle = crew.client.workflow.getHandle(workflowId);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  });
});
