import type { CrewRunOutput } from '../../src/contract.js';

/** The fields of an output, sorted: all of them, always. */
export const OUTPUT_FIELDS = Object.keys({
  error: true,
  executionTime: true,
  kickoffId: true,
  output: true,
  outputJson: true,
  status: true,
  tasks: true,
  usageMetrics: true,
} satisfies Record<keyof CrewRunOutput, true>).sort();
