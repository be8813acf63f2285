import { expect, it } from 'vitest';
import { ASK_AGAIN } from '../../src/contract.js';
import type { TemporalClient } from '../../src/starter/create-client.js';
import { observeRun } from '../../src/starter/observe-run.js';
import type { RunView } from '../../src/starter/run-view.js';

it('a query that came at a bad moment is asked again, and nobody hears of it', async () => {
  const answers = [new Error(`3 INVALID_ARGUMENT: ${ASK_AGAIN}`), { phase: 'polling' }];
  const handle = {
    describe: () => Promise.resolve({ runId: 'run', raw: {} }),
    query: () => {
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const temporal = {
    client: { workflow: { getHandle: () => handle } },
    connection: { withDeadline: (_: number, call: () => unknown) => call() },
  } as unknown as TemporalClient;
  const view = await observeRun(temporal, { workflowId: 'a' } as RunView);
  expect(view).toMatchObject({ progress: { phase: 'polling' }, workerProblem: null });
  expect(answers).toEqual([]);
});
