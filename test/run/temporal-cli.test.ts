import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../../dev-server/child-process.js';
import { findTemporalCli } from '../../dev-server/find-temporal-cli.js';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { SimulatedAmp } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import { startWorkerProcess, withoutConfiguration } from '../support/worker-process.js';

const run = promisify(execFile);

/** What the crew leaves in each dialect: written out in full, so that no field can go missing. */
const EXPECTED = {
  live: {
    completed: {
      status: 'completed',
      output: 'A report',
      outputJson: null,
      tasks: null,
      executionTime: expect.any(Number) as number,
      error: null,
      usageMetrics: { total_tokens: 42 },
    },
    error: {
      status: 'error',
      output: null,
      outputJson: null,
      tasks: null,
      executionTime: expect.any(Number) as number,
      error: 'out of tokens',
      usageMetrics: null,
    },
  },
  documented: {
    completed: {
      status: 'completed',
      output: 'A report',
      outputJson: null,
      tasks: [{ task_id: 'write', output: 'A report', agent: 'Writer', execution_time: 0.1 }],
      executionTime: 0.1,
      error: null,
      usageMetrics: null,
    },
    error: {
      status: 'error',
      output: null,
      outputJson: null,
      tasks: null,
      executionTime: 0.1,
      error: 'out of tokens',
      usageMetrics: null,
    },
  },
} as const;

describe('the stock Temporal CLI', () => {
  let server: TemporalDevServer;
  let amp: SimulatedAmp;
  let worker: Child;

  beforeAll(async () => {
    server = await startTemporalDevServer();
  });
  afterAll(() => server.stop());

  describe.each(['live', 'documented'] as const)('with a crew of the %s dialect', (dialect) => {
    beforeAll(async () => {
      amp = await startSimulatedAmp({
        dialect,
        token: 'cli-test-token',
        scenario: ({ inputs }) => ({
          tasks: [{ name: 'write', agent: 'Writer', durationMs: 100, output: 'A report' }],
          usageMetrics: { total_tokens: 42 },
          ...(inputs['topic'] === 'fail' ? { outcome: 'error', error: 'out of tokens' } : {}),
        }),
      });
      // The default task queue, the crew from the environment: what a README's reader has.
      worker = await startWorkerProcess({
        address: server.address,
        ampUrl: amp.url,
        ampToken: amp.token,
      });
    });
    afterAll(async () => {
      await worker.stop();
      await amp.stop();
    });

    it.each([
      ['completed', 'x'],
      ['error', 'fail'],
    ] as const)('gets exactly the output of a crew that ends as %s', async (status, topic) => {
      const { stdout } = await run(
        await findTemporalCli(),
        [
          ...['workflow', 'execute', '--output', 'json', '--address', server.address],
          ...['--task-queue', 'crewai', '--type', 'kickoffAndPollUntilComplete'],
          ...['--input', JSON.stringify({ inputs: { topic } })],
        ],
        { env: withoutConfiguration(process.env) },
      );
      const { result } = JSON.parse(stdout) as { result: unknown };
      const kickoffId = amp.ledger.kickoffs.find(
        ({ inputs }) => inputs['topic'] === topic,
      )?.kickoffId;
      expect(result).toEqual({ kickoffId, ...EXPECTED[dialect][status] });
      expect(Object.keys(result as object).sort()).toEqual(
        [
          ...['kickoffId', 'status', 'output', 'outputJson', 'tasks'],
          ...['executionTime', 'error', 'usageMetrics'],
        ].sort(),
      );
    });
  });
});
