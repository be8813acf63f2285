import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/testing/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import { quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };
const tasks = [
  { name: 'research', agent: 'Researcher', durationMs: 2_000, output: 'Findings' },
  { name: 'writing', agent: 'Writer', durationMs: 500, output: 'Draft' },
];
const nothing = {
  output: null,
  outputJson: null,
  tasks: null,
  executionTime: 2.5,
  error: null,
  usageMetrics: null,
};

describe.each(['live', 'documented'] as const)('the output in the %s dialect', (dialect) => {
  const live = dialect === 'live';
  const usageMetrics = live ? { total_tokens: 12 } : null;
  let crew: CrewHarness;
  let scenario: Scenario;
  beforeAll(async () => {
    crew = await startCrewHarness({ amp: { dialect, scenario: () => scenario } });
  });
  afterAll(() => crew.stop());
  beforeEach(() => {
    scenario = { tasks, polls: 2, usageMetrics: { total_tokens: 12 } };
  });
  const lastKickoffId = () => crew.amp.ledger.kickoffs.at(-1)?.kickoffId;

  it('of a crew that completed', async () => {
    scenario = { ...scenario, output: '{"title":"AI"}', outputJson: { title: 'AI' } };
    expect(await crew.run(input)).toEqual({
      ...nothing,
      kickoffId: lastKickoffId(),
      status: 'completed',
      output: '{"title":"AI"}',
      outputJson: live ? { title: 'AI' } : null,
      tasks: live
        ? null
        : [
            { task_id: 'research', agent: 'Researcher', output: 'Findings', execution_time: 2 },
            { task_id: 'writing', agent: 'Writer', output: 'Draft', execution_time: 0.5 },
          ],
      usageMetrics,
    });
  });

  it('of a crew that ended in error', async () => {
    scenario = { ...scenario, outcome: 'error', error: 'RateLimitError: no tokens left' };
    expect(await crew.run(input)).toEqual({
      ...nothing,
      kickoffId: lastKickoffId(),
      status: 'error',
      error: 'RateLimitError: no tokens left',
    });
  });

  it('of a crew that was cancelled', async () => {
    scenario = { ...scenario, outcome: 'cancelled' };
    expect(await crew.run(input)).toEqual({
      ...nothing,
      kickoffId: lastKickoffId(),
      status: 'error',
      error: live ? 'cancelled: REVOKED' : 'Execution was cancelled',
    });
  });

  it('is in the details of the failure when a crew in error is to fail the run', async () => {
    scenario = { ...scenario, outcome: 'error', error: 'RateLimitError: no tokens left' };
    const failure = await failureOf(await crew.start({ ...input, onCrewError: 'fail' }));
    expect(failure).toMatchObject({ type: 'CrewAI.CrewExecutionFailed', nonRetryable: true });
    expect(failure.message).toBe('Crew "default" ended in error: RateLimitError: no tokens left');
    expect(failure.details).toEqual([
      {
        ...nothing,
        crew: 'default',
        kickoffId: lastKickoffId(),
        status: 'error',
        error: 'RateLimitError: no tokens left',
      },
    ]);
  });

  it('is in the details with an error of nearly 2 MB, too', async () => {
    scenario = { ...scenario, outcome: 'error', error: 'x'.repeat(2_000_000) };
    const failure = await failureOf(await crew.start({ ...input, onCrewError: 'fail' }));
    expect(failure.type).toBe('CrewAI.CrewExecutionFailed');
    expect(failure.message.length).toBeLessThan(2_000);
    expect(failure.details).toMatchObject([{ error: scenario.error }]);
  });

  it('fits a payload up to nearly 2 MB', async () => {
    scenario = { ...scenario, output: 'x'.repeat(2_000_000) };
    const { output } = await crew.run(input);
    expect(output).toHaveLength(2_000_000);
  });

  it('is ResultTooLarge beyond that, with its size, and not a run that is stuck', async () => {
    scenario = { ...scenario, output: 'x'.repeat(2_500_000) };
    const failure = await failureOf(await crew.start(input));
    const kickoffId = lastKickoffId();
    expect(failure).toMatchObject({ type: 'CrewAI.ResultTooLarge', nonRetryable: true });
    expect(failure.details).toEqual([
      { kickoffId, bytes: expect.any(Number) as number, limitBytes: expect.any(Number) as number },
    ]);
    const [{ bytes }] = failure.details as [{ bytes: number }];
    expect(bytes).toBeGreaterThan(2_500_000);
    expect(failure.message).toContain(`${bytes} bytes`);
    expect(failure.message).toContain(`GET /status/${kickoffId}`);
  });
});
