import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/testing/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

describe.each(['live', 'documented'] as const)('a run not found, in the %s dialect', (dialect) => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness({
      // Each run brings its own scenario, so that all of them can be under way at once.
      amp: { dialect, scenario: ({ inputs }) => inputs['scenario'] as Scenario },
    });
  });
  afterAll(() => crew.stop());
  const start = (scenario: Scenario, options = {}) =>
    crew.start({ inputs: { scenario }, polling: quickPolling, ...options });
  const kickoffsOf = (workflowId: string) => crew.amp.ledger.kickoffsOfWorkflow(workflowId);

  it.concurrent.each<[string, Scenario['statuses'] & object]>([
    ['right after its kickoff', ['notFound', 'notFound', 'running', 'completed']],
    ['in the middle', ['running', 'notFound', 'notFound', 'running', 'completed']],
    ['in between again and again', ['notFound', 'running', 'notFound', 'running', 'completed']],
  ])('%s, for a while: completes', async (_, statuses) => {
    const handle = await start({ statuses });
    const { kickoffId, status } = await handle.result();
    expect(status).toBe('completed');
    // All of them were seen, and the result was read.
    expect(crew.amp.ledger.pollsOf(kickoffId).length).toBeGreaterThan(statuses.length);
    expect(kickoffsOf(handle.workflowId)).toHaveLength(1);
  });

  it.concurrent('shows since when', async () => {
    const handle = await start({ statuses: ['running', 'notFound'] });
    const { lastError, phase } = await progressUntil(handle, ({ status }) => status === 'notFound');
    expect(phase).toBe('polling');
    expect(lastError).toMatch(/^The API does not know the run \(since 20.*Z\)$/);
    await handle.terminate();
  });

  it.concurrent.each<[string, Scenario]>([
    ['for longer than the grace', { statuses: ['running', 'notFound'] }],
    ['from the beginning', { statuses: ['notFound'] }],
    ['after a redeployment forgot it', { vanishAfterMs: 200 }],
  ])('%s: CrewRunNotFound, and no other kickoff', async (_, scenario) => {
    const handle = await start(scenario, { notFoundGrace: 300 });
    const failure = await failureOf(handle);
    const kickoffs = kickoffsOf(handle.workflowId);
    expect(kickoffs).toHaveLength(1);
    expect(failure).toMatchObject({ type: 'CrewAI.CrewRunNotFound', nonRetryable: true });
    expect(failure.message).toContain(`Crew "default" does not know run ${kickoffs[0]?.kickoffId}`);
    expect(failure.message).toContain('longer than 0.3 s');
    expect(failure.details).toEqual([{ kickoffId: kickoffs[0]?.kickoffId, crew: 'default' }]);
  });

  it.concurrent('that was never there, adopted by its id: CrewRunNotFound', async () => {
    const kickoffId = 'no such/run?';
    const handle = await crew.start({ kickoffId, polling: quickPolling, notFoundGrace: 0 });
    const failure = await failureOf(handle);
    expect(failure.type).toBe('CrewAI.CrewRunNotFound');
    expect(failure.details).toEqual([{ kickoffId, crew: 'default' }]);
  });

  it.concurrent('while it waits for a person: goes on, however long', async () => {
    const statuses: Scenario['statuses'] = ['running', 'waiting', 'notFound', 'notFound'];
    const handle = await start(
      { statuses: [...statuses, 'running', 'completed'] },
      { notFoundGrace: 0 },
    );
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(kickoffsOf(handle.workflowId)).toHaveLength(1);
  });
});
