/** The crew that all runs run: what it does, and what it leaves, follow from its inputs alone. */
import * as v from 'valibot';
import type { CrewRunOutput } from '../src/contract.js';
import type { DialectName, Scenario } from '../src/testing/index.js';
import { KICKOFF_TROUBLE_NAMES, KICKOFF_TROUBLES } from './kickoff-troubles.js';

export const CrewInputs = v.object({
  /** These two are in whatever the crew leaves, and no two runs share them: a mix-up shows. */
  topic: v.string(),
  figure: v.number(),
  outcome: v.picklist(['text', 'object', 'error', 'cancelled']),
  taskMs: v.array(v.number()),
  /** The API does not know the run yet, for so long after its kickoff. */
  notFoundForMs: v.number(),
  /** Of the first kickoff: one that is sent again meets none. */
  trouble: v.picklist(KICKOFF_TROUBLE_NAMES),
  slowMs: v.number(),
});
export type CrewInputs = v.InferOutput<typeof CrewInputs>;

/** What of a run's output depends on the crew, and not on how long it took. */
export type CrewResult = Pick<CrewRunOutput, 'status' | 'output' | 'outputJson' | 'error'>;

export function toScenario(inputs: CrewInputs, isFirstKickoff: boolean): Scenario {
  const { outcome, taskMs, notFoundForMs, slowMs } = inputs;
  const words = toWords(inputs);
  return {
    tasks: taskMs.map((durationMs, index) => ({ name: `task_${index + 1}`, durationMs })),
    notFoundForMs,
    ...(outcome === 'text' ? { output: words } : {}),
    ...(outcome === 'object' ? { outputJson: toObject(inputs) } : {}),
    ...(outcome === 'error' || outcome === 'cancelled' ? { outcome, error: words } : {}),
    ...(isFirstKickoff ? { kickoff: KICKOFF_TROUBLES[inputs.trouble].toKickoff(slowMs) } : {}),
  };
}

/** What a run has to say of a crew with these inputs, in the words of the contract. */
export function toResult(inputs: CrewInputs, dialect: DialectName): CrewResult {
  const none = { output: null, outputJson: null, error: null };
  const words = toWords(inputs);
  switch (inputs.outcome) {
    case 'text':
      return { ...none, status: 'completed', output: words };
    case 'object': {
      const object = toObject(inputs);
      // Only deployed crews give the object itself.
      const outputJson = dialect === 'live' ? object : null;
      return { ...none, status: 'completed', output: JSON.stringify(object), outputJson };
    }
    case 'error':
      return { ...none, status: 'error', error: words };
    case 'cancelled':
      // The documented dialect has no word for it, the live one has no room for a reason.
      return { ...none, status: 'error', error: dialect === 'live' ? 'cancelled: REVOKED' : words };
  }
}

function toWords({ topic, figure, outcome }: CrewInputs): string {
  return `The ${outcome} about ${topic}: ${figure}`;
}

function toObject({ topic, figure }: CrewInputs) {
  return { topic, figure };
}
