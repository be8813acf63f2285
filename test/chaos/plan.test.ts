import { expect, it } from 'vitest';
import { isSlow } from '../../chaos/kickoff-troubles.js';
import { createPlan, TARGETS } from '../../chaos/plan.js';

const options = { runs: 300, seed: 1, minutes: 8 };

it('plans the same for the same seed, and something else for another', () => {
  const plan = createPlan(options);
  expect(createPlan(options)).toEqual(plan);
  expect(createPlan({ ...options, seed: 2 }).blows).not.toEqual(plan.blows);
});

it('strikes every process, and stops workers only', () => {
  const { blows } = createPlan(options);
  expect(new Set(blows.map(({ target }) => target))).toEqual(new Set(TARGETS));
  const stopped = blows.filter(({ kind }) => kind === 'stop').map(({ target }) => target);
  expect(new Set(stopped)).toEqual(new Set(['worker 1', 'worker 2']));
});

it('places each slow kickoff where a blow meets it', () => {
  const { runs, blows } = createPlan(options);
  for (const { atMs, inputs } of runs.filter(({ inputs }) => isSlow(inputs.trouble))) {
    const meets = blows.filter((blow) => atMs < blow.atMs && blow.atMs < atMs + inputs.slowMs);
    expect(meets).not.toEqual([]);
  }
});

it('makes every run another one, and each third kickoff a slow one', () => {
  const { runs } = createPlan(options);
  expect(new Set(runs.map(({ workflowId }) => workflowId)).size).toBe(300);
  expect(new Set(runs.map(({ inputs }) => inputs.figure)).size).toBe(300);
  expect(runs.filter(({ inputs }) => isSlow(inputs.trouble))).toHaveLength(100);
});
