/**
 * The dialect of deployed crews: `state` is the enum, in Celery's words, `status` is a sentence for
 * people (null once the run has succeeded), and every field is there in every answer.
 */
import type { Answer, Dialect, FieldProblem, RunView } from './dialect.js';

const NOT_FOUND = 'NOT FOUND';

/** As fields come in every answer: null until there is something to say. */
const NOTHING = {
  state: NOT_FOUND,
  status: null,
  result: null,
  result_json: null,
  usage_metrics: null,
  progress: null,
  last_executed_task: null,
  last_step: null,
  triggered_by: null,
  execution_origin: null,
  flow_id: null,
  source: null,
};

type StatusBody = Record<keyof typeof NOTHING, unknown> & { state: string };

const status = (body: StatusBody): Answer => ({
  httpStatus: 200,
  answered: body.state,
  body,
});

const refusal = (httpStatus: number, answered: string, detail: unknown): Answer => ({
  httpStatus,
  answered,
  body: { detail },
});

const isoTime = (ms: number) => new Date(ms).toISOString();

function progressOf({ kind, scenario, acceptedAtMs, progress }: RunView) {
  const total = scenario.tasks.length;
  const startedAtMs = acceptedAtMs + progress.startedAfterMs;
  const current =
    progress.state === 'completed' ? undefined : scenario.tasks[progress.completedTasks];
  return {
    unit: kind === 'flow' ? 'step' : 'task',
    completed: progress.completedTasks,
    total,
    remaining: total - progress.completedTasks,
    current: current?.name ?? null,
    current_agent: current?.agent ?? null,
    started_at: isoTime(startedAtMs),
    updated_at: isoTime(startedAtMs + progress.updatedAfterMs),
    duration_seconds: progress.runMs / 1_000,
  };
}

/** An intermediate output; the crew's own is `result`. */
function lastExecutedTask({ kickoffId, meta, scenario, progress }: RunView) {
  const task = scenario.tasks[progress.completedTasks - 1];
  if (task === undefined) return null;
  const { name, description, output } = task;
  return { name, description, output, kickoff_id: kickoffId, meta };
}

function lastStep({ kickoffId, meta, scenario, progress }: RunView) {
  const task = scenario.tasks[progress.completedTasks] ?? scenario.tasks.at(-1);
  return {
    prompt: task?.description ?? null,
    thought: `Working on ${task?.name}`,
    tool: null,
    tool_input: null,
    result: null,
    kickoff_id: kickoffId,
    meta,
  };
}

const DEFAULT_USAGE = {
  total_tokens: 4_200,
  prompt_tokens: 3_000,
  cached_prompt_tokens: 0,
  completion_tokens: 1_200,
  successful_requests: 6,
};

function statusOf(run: RunView, word?: string): Answer {
  const { scenario, progress } = run;
  const begun = {
    ...NOTHING,
    execution_origin: 'api',
    progress: progressOf(run),
    last_executed_task: lastExecutedTask(run),
    last_step: lastStep(run),
  };
  if (word !== undefined) return status({ ...begun, state: word, status: `Task is ${word}` });
  switch (progress.state) {
    case 'pending':
      return status({
        ...NOTHING,
        state: 'PENDING',
        status: 'Task is pending',
        execution_origin: 'api',
      });
    case 'running':
      return status({
        ...begun,
        state: progress.completedTasks === 0 ? 'STARTED' : 'RUNNING',
        status: 'Task is Running',
      });
    case 'waiting':
      return scenario.waiting?.notFound
        ? status(NOTHING)
        : status({
            ...begun,
            state: scenario.waiting?.word ?? 'PAUSED',
            status: 'Task is waiting for human input',
          });
    case 'completed':
      return status({
        ...begun,
        state: 'SUCCESS',
        result: scenario.output,
        result_json: scenario.outputJson ?? null,
        usage_metrics: scenario.usageMetrics ?? DEFAULT_USAGE,
      });
    case 'error':
      return status({
        ...begun,
        state: 'FAILED',
        status: scenario.error ?? 'Task execution failed',
      });
    case 'cancelled':
      return status({ ...begun, state: 'REVOKED', status: scenario.error ?? 'Task is revoked' });
    case 'notFound':
      return status(NOTHING);
  }
}

/** The validator's own entries: where, what, and a name for it. */
const VALIDATION = {
  present: { msg: 'Field required', type: 'missing' },
  object: { msg: 'Input should be a valid dictionary', type: 'dict_type' },
  string: { msg: 'Input should be a valid string', type: 'string_type' },
} as const satisfies Record<FieldProblem['expected'], object>;

export const liveDialect: Dialect = {
  status: statusOf,
  notFound: () => status(NOTHING),
  unauthorized: () => refusal(401, 'unauthorized', 'Invalid or missing bearer token'),
  missingInputs: (names) => refusal(422, 'missing inputs', `Missing inputs: ${names.join(', ')}`),
  wrongFields: (problems) =>
    refusal(
      422,
      'wrong fields',
      problems.map(({ field, expected }) => ({
        loc: field === 'body' ? ['body'] : ['body', field],
        ...VALIDATION[expected],
      })),
    ),
  notJson: () => ({ httpStatus: 500, answered: 'not JSON', body: 'Internal Server Error' }),
  noSuchRoute: () => refusal(404, 'no such route', 'Not Found'),
};
