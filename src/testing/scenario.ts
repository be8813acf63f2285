/**
 * What a simulated crew does after its kickoff, as data: JSON in, so that a ledger file can keep it
 * and a restarted server can go on with it. Times count from the moment the kickoff was accepted.
 */
import type { KickoffFault, StatusFault } from './faults.js';
import { exampleTasks } from './example-crew.js';

/** What the crew is doing, in words of neither dialect. */
export const RUN_STATES = [
  'pending',
  'running',
  'waiting',
  'completed',
  'error',
  'cancelled',
  'notFound',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface ScenarioTask {
  name: string;
  /** Role of the agent that does it. */
  agent?: string;
  description?: string;
  /** Default 1,000. */
  durationMs?: number;
  output?: string;
}

/** A wait for a person, as after a task with `human_input=True`. */
export interface ScenarioWait {
  /** The wait begins when this many tasks are done. */
  afterTasks: number;
  /** The crew goes on after this time by itself. Default: never. */
  forMs?: number;
  /** What the API says meanwhile. Default `PAUSED` (live), `pending human input` (documented). */
  word?: string;
  /** The API answers "not found" meanwhile, as live deployments have been seen to do. */
  notFound?: boolean;
}

/** Every field has a default: `{}` is a crew of three tasks of a second each, that completes. */
export interface Scenario {
  /** At least one. Default: the example crew's three tasks. */
  tasks?: ScenarioTask[];
  /** How long the run is queued before its first task starts. Default 0. */
  pendingMs?: number;
  /** Default `completed`. The others strike at the end of the last task. */
  outcome?: 'completed' | 'error' | 'cancelled';
  /** The error's text, for the outcome `error`. */
  error?: string;
  /** Final output. Default: `outputJson` as text, else the last task's output. */
  output?: string;
  /** The final output as an object (`result_json`, live only). Default null. */
  outputJson?: unknown;
  /** Live only, shown at the end. */
  usageMetrics?: Record<string, number>;
  /**
   * The run advances by status requests in place of time: the request with this number is the first
   * that shows the outcome, and so do all later ones. Requests that `amp.faults` answers do not count.
   * The durations then only say how the requests before it are shared out among the tasks.
   */
  polls?: number;
  /**
   * What each of the run's status requests is answered, one after the other; the last one again and
   * again. Overrides time, `polls`, `outcome`, `waiting`, `notFoundForMs` and `vanishAfterMs`.
   */
  statuses?: (RunState | StatusFault)[];
  waiting?: ScenarioWait;
  /** The API does not know the run yet, for this long after its kickoff. */
  notFoundForMs?: number;
  /** The API does not know the run any more from then on, as after a redeployment. */
  vanishAfterMs?: number;
  kickoff?: {
    /** The answer comes this long after the run was accepted: killed in between, its id is lost. */
    answerAfterMs?: number;
    /** What the kickoff is answered; see `amp.faults.kickoff`, which takes precedence. */
    fault?: KickoffFault;
  };
}

/** What a scenario may be chosen by. */
export interface ScenarioRequest {
  inputs: Record<string, unknown>;
  meta: Record<string, unknown> | null;
  /** How many kickoffs with valid inputs there have been, this one included. */
  n: number;
}
export type ScenarioChoice = Scenario | ((kickoff: ScenarioRequest) => Scenario);

/** A scenario whose defaults are filled in. */
export interface ResolvedScenario extends Scenario {
  tasks: Required<ScenarioTask>[];
  output: string;
}

/** @throws TypeError for a scenario that cannot be played. */
export function resolveScenario(
  scenario: Scenario,
  inputs: Record<string, unknown>,
): ResolvedScenario {
  checkScenario(scenario);
  const tasks = (scenario.tasks ?? exampleTasks(inputs)).map((task) => ({
    name: task.name,
    agent: task.agent ?? 'Agent',
    description: task.description ?? `The task ${task.name}`,
    durationMs: task.durationMs ?? 1_000,
    output: task.output ?? `Output of ${task.name}`,
  }));
  const { outputJson } = scenario;
  const text = outputJson === undefined ? tasks.at(-1)?.output : JSON.stringify(outputJson);
  return { ...scenario, tasks, output: scenario.output ?? text ?? '' };
}

/** @throws TypeError for a scenario that cannot be played. */
export function checkScenario(scenario: Scenario): void {
  if (scenario.tasks?.length === 0) {
    throw new TypeError(
      'A scenario needs at least one task; leave tasks out for the example crew.',
    );
  }
  if (scenario.statuses?.length === 0) {
    throw new TypeError('scenario.statuses is empty; leave it out to go by time or by polls.');
  }
  if (scenario.polls !== undefined && !(scenario.polls >= 1)) {
    throw new TypeError(
      `scenario.polls is ${scenario.polls}; a run ends at its first poll or later.`,
    );
  }
  if (scenario.statuses !== undefined && scenario.polls !== undefined) {
    throw new TypeError(
      'scenario.statuses and scenario.polls both say what a poll sees; give one.',
    );
  }
}
