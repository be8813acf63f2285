/** A crew that writes about `inputs.topic`: what the command line serves, and every scenario's default. */
import type { Scenario, ScenarioTask } from './scenario.js';

const EXAMPLE_TASKS = [
  {
    name: 'research_task',
    agent: 'Senior Researcher',
    description: 'Find out what is known.',
    output: (topic: string) =>
      `Three findings on ${topic}: it is growing, it is contested, and few have measured it.`,
  },
  {
    name: 'analysis_task',
    agent: 'Analyst',
    description: 'Weigh the findings against each other.',
    output: (topic: string) =>
      `What matters about ${topic} is less how fast it grows than who can check the claims.`,
  },
  {
    name: 'writing_task',
    agent: 'Writer',
    description: 'Write a short report.',
    output: (topic: string) =>
      `# ${topic}\n\nIt is growing and contested, and few have measured it. ` +
      `Before deciding anything about ${topic}, ask for one figure that can be checked.`,
  },
] as const;

/** Options of the example crew. */
export interface ExampleCrewOptions {
  /** How many tasks. Default 3. */
  tasks?: number;
  /** How long each takes. Default 1,000. */
  taskMs?: number;
}

/** The tasks of the example crew: research, analysis, writing; more tasks are rounds of the same. */
export function exampleTasks(
  inputs: Record<string, unknown>,
  { tasks = EXAMPLE_TASKS.length, taskMs = 1_000 }: ExampleCrewOptions = {},
): ScenarioTask[] {
  const topic = typeof inputs['topic'] === 'string' ? inputs['topic'] : 'the topic';
  // The last task is always the writing one, so that the crew's output is a report.
  const skipped = (EXAMPLE_TASKS.length - (tasks % EXAMPLE_TASKS.length)) % EXAMPLE_TASKS.length;
  return Array.from({ length: tasks }, (_, index) => index + skipped).map((position) => {
    const task = EXAMPLE_TASKS[position % EXAMPLE_TASKS.length] ?? EXAMPLE_TASKS[0];
    const round = Math.floor(position / EXAMPLE_TASKS.length) + 1;
    return {
      ...task,
      name: round === 1 ? task.name : `${task.name}_${round}`,
      durationMs: taskMs,
      output: task.output(topic),
    };
  });
}

/**
 * A scenario by the kickoff's own inputs: `topic` is what the outputs speak of, and `outcome` may be
 * `error` or `cancelled`, so that a run that ends badly can be tried from any command line.
 */
export function exampleCrew(options: ExampleCrewOptions = {}) {
  return ({ inputs }: { inputs: Record<string, unknown> }): Scenario => {
    const tasks = exampleTasks(inputs, options);
    const { outcome } = inputs;
    return outcome === 'error' || outcome === 'cancelled' ? { tasks, outcome } : { tasks };
  };
}
