/** The dialect of CrewAI's OpenAPI file: `status` is the enum `running`, `completed`, `error`. */
import type { Answer, Dialect, RunView } from './dialect.js';

function refusal(httpStatus: number, error: string, message: string, details?: object): Answer {
  const body = details === undefined ? { error, message } : { error, message, details };
  return { httpStatus, answered: message, body };
}

const seconds = (ms: number) => ms / 1_000;

function running({ scenario, progress }: RunView, status: string): Answer {
  return {
    httpStatus: 200,
    answered: status,
    body: {
      status,
      current_task: scenario.tasks[progress.completedTasks]?.name ?? scenario.tasks.at(-1)?.name,
      progress: {
        completed_tasks: progress.completedTasks,
        total_tasks: scenario.tasks.length,
      },
    },
  };
}

function failed({ progress }: RunView, error: string): Answer {
  return {
    httpStatus: 200,
    answered: 'error',
    body: { status: 'error', error, execution_time: seconds(progress.runMs) },
  };
}

function completed({ scenario, progress }: RunView): Answer {
  const tasks = scenario.tasks.map((task) => ({
    task_id: task.name,
    output: task.output,
    agent: task.agent,
    execution_time: seconds(task.durationMs),
  }));
  return {
    httpStatus: 200,
    answered: 'completed',
    body: {
      status: 'completed',
      result: { output: scenario.output, tasks },
      execution_time: seconds(progress.runMs),
    },
  };
}

const notFound = (kickoffId: string) =>
  refusal(404, 'Execution not found', `No execution found with ID: ${kickoffId}`);

export const documentedDialect: Dialect = {
  status(run, word) {
    if (word !== undefined) return running(run, word);
    const { scenario } = run;
    switch (run.progress.state) {
      case 'pending': // The enum has no word for a queued run.
      case 'running':
        return running(run, 'running');
      case 'waiting':
        if (scenario.waiting?.notFound) return notFound(run.kickoffId);
        return running(run, scenario.waiting?.word ?? 'pending human input');
      case 'completed':
        return completed(run);
      case 'error':
        return failed(run, scenario.error ?? 'Task execution failed');
      case 'cancelled': // Nor for one that was cancelled.
        return failed(run, scenario.error ?? 'Execution was cancelled');
      case 'notFound':
        return notFound(run.kickoffId);
    }
  },
  notFound,
  unauthorized: () => refusal(401, 'Unauthorized', 'Invalid or missing bearer token'),
  missingInputs: (names) =>
    refusal(422, 'Validation Error', 'Missing required inputs', { missing_inputs: names }),
  wrongFields: (problems) =>
    refusal(
      400,
      'Invalid Request',
      problems
        .map(({ field, expected }) =>
          expected === 'present' ? `${field} is required` : `${field} must be ${an(expected)}`,
        )
        .join('; '),
    ),
  notJson: () => refusal(400, 'Invalid Request', 'Request body is not valid JSON'),
  noSuchRoute: () => refusal(404, 'Not Found', 'The requested resource was not found'),
};

const an = (type: 'object' | 'string') => (type === 'object' ? 'an object' : 'a string');
