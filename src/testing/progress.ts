/** Where a run stands: a pure function of its scenario and of time, or of its number of polls. */
import type { StatusFault } from './faults.js';
import type { ResolvedScenario, RunState } from './scenario.js';

export interface RunProgress {
  state: RunState;
  completedTasks: number;
  /** From acceptance to the start of the first task. */
  startedAfterMs: number;
  /** From the start of the first task to the end of the last one that is done. */
  updatedAfterMs: number;
  /** From the start of the first task until now, or to the end. */
  runMs: number;
}

/** Where the run stands after so much time. */
export function progressAfter(scenario: ResolvedScenario, elapsedMs: number): RunProgress {
  const { pendingMs = 0, notFoundForMs = 0, vanishAfterMs = Number.POSITIVE_INFINITY } = scenario;
  const runMs = Math.max(0, elapsedMs - pendingMs);
  const progress = progressOfTasks(scenario, runMs);
  const startedAfterMs = pendingMs;
  if (elapsedMs < notFoundForMs || elapsedMs >= vanishAfterMs) {
    return { ...progress, startedAfterMs, state: 'notFound' };
  }
  if (elapsedMs < pendingMs) {
    return { state: 'pending', completedTasks: 0, startedAfterMs, updatedAfterMs: 0, runMs: 0 };
  }
  return { ...progress, startedAfterMs };
}

function progressOfTasks(scenario: ResolvedScenario, runMs: number) {
  const { tasks, waiting, outcome = 'completed' } = scenario;
  const taskEnds: number[] = [];
  const at = (state: RunState, completedTasks: number, ms: number) => {
    return { state, completedTasks, updatedAfterMs: taskEnds[completedTasks - 1] ?? 0, runMs: ms };
  };
  let endMs = 0;
  for (let index = 0; index <= tasks.length; index += 1) {
    if (waiting?.afterTasks === index) {
      endMs += waiting.forMs ?? Number.POSITIVE_INFINITY;
      if (runMs < endMs) return at('waiting', index, runMs);
    }
    const task = tasks[index];
    if (task === undefined) break;
    endMs += task.durationMs;
    if (runMs < endMs) return at('running', index, runMs);
    taskEnds.push(endMs);
  }
  // A run that ends badly does so in its last task, which is then not done.
  return at(outcome, outcome === 'completed' ? tasks.length : tasks.length - 1, endMs);
}

/** Where a run that advances by polls stands at its `step`-th one, the first being 1. */
export function progressAtPoll(
  scenario: ResolvedScenario,
  polls: number,
  step: number,
): RunProgress {
  // With polls as the clock a task without duration still needs a share of them.
  const tasks = scenario.tasks.map((task) => ({ ...task, durationMs: task.durationMs || 1_000 }));
  const totalMs =
    tasks.reduce((sum, task) => sum + task.durationMs, 0) +
    (scenario.pendingMs ?? 0) +
    (scenario.waiting?.forMs ?? 0);
  return progressAfter({ ...scenario, tasks }, (totalMs * Math.min(step, polls)) / polls);
}

/** What a run with a list of `statuses` shows at its `step`-th poll, the first being 1. */
export function progressInScript(
  scenario: ResolvedScenario,
  statuses: readonly (RunState | StatusFault)[],
  step: number,
): { progress: RunProgress; fault: StatusFault | null } {
  const index = Math.min(step, statuses.length) - 1;
  const entry = statuses[index] ?? 'completed';
  const state = typeof entry === 'string' ? entry : 'running';
  const { tasks, pendingMs = 0 } = scenario;
  const share = Math.floor((tasks.length * index) / statuses.length);
  const completedTasks = {
    pending: 0,
    running: share,
    waiting: share,
    notFound: share,
    completed: tasks.length,
    error: tasks.length - 1,
    cancelled: tasks.length - 1,
  }[state];
  const runMs = tasks.slice(0, completedTasks).reduce((sum, task) => sum + task.durationMs, 0);
  return {
    progress: { state, completedTasks, startedAfterMs: pendingMs, updatedAfterMs: runMs, runMs },
    fault: typeof entry === 'string' ? null : entry,
  };
}
