import * as v from 'valibot';
import type { CrewRunStatus } from './crew-run-status.js';
import { NotAStatusError } from './errors/not-a-status-error.js';
import { parseStatusWord } from './status-words.js';

/** What does not have the expected type counts as absent: only the status word decides whether a body is a status. */
const nullish = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.fallback(v.nullish(schema, null), null);

const text = nullish(v.pipe(v.string(), v.trim(), v.nonEmpty()));
/** `1e999` is JSON, and infinite once it is read: nothing that JSON could carry on. */
const count = nullish(v.pipe(v.number(), v.finite()));
const object = v.record(v.string(), v.unknown());

/** Both dialects at once: they share no field name with two meanings, except `status` and `result`. */
const StatusBody = v.object({
  state: text,
  status: text,
  current_task: text,
  progress: nullish(
    v.object({
      completed_tasks: count,
      total_tasks: count,
      completed: count,
      total: count,
      current: text,
      duration_seconds: count,
    }),
  ),
  result: v.optional(v.unknown(), null),
  result_json: v.optional(v.unknown(), null),
  execution_time: count,
  usage_metrics: nullish(object),
  error: v.optional(v.unknown(), null),
});
type StatusBody = v.InferOutput<typeof StatusBody>;

/**
 * Reads a body of `GET /status/{kickoff_id}`, in either dialect.
 *
 * `state` is read before `status`, which is the enum only where there is no `state`: in the live
 * dialect it is a sentence. A `state` of `null` or of blanks counts as absent, since it says
 * nothing; should `status` then be a sentence, it is no word that anyone knows, and is reported.
 *
 * @throws NotAStatusError when the body is no object or says nothing in `state` or `status`.
 */
export function toCrewRunStatus(raw: unknown): CrewRunStatus {
  const parsed = v.safeParse(StatusBody, Array.isArray(raw) ? null : raw);
  if (!parsed.success) throw new NotAStatusError('the body is not a JSON object');
  const body = parsed.output;
  const word = body.state ?? body.status;
  if (word === null) throw new NotAStatusError('it has neither `state` nor `status`');

  const status = parseStatusWord(word);
  switch (status) {
    case 'pending':
    case 'running':
    case 'waiting':
      return { status, ...toPosition(body), raw };
    case 'unknown':
      return { status, word, ...toPosition(body), raw };
    case 'completed':
      return {
        status,
        output: toOutput(body.result),
        outputJson: body.result_json,
        tasks: toTasks(body.result),
        executionTime: toExecutionTime(body),
        usageMetrics: body.usage_metrics,
        raw,
      };
    case 'error':
      return {
        status,
        error: toErrorText(body, word),
        tasks: toTasks(body.result),
        executionTime: toExecutionTime(body),
        usageMetrics: body.usage_metrics,
        raw,
      };
    case 'cancelled':
      return { status, word, executionTime: toExecutionTime(body), raw };
    case 'notFound':
      return { status, raw };
  }
}

function toPosition({ current_task, progress }: StatusBody) {
  return {
    currentTask: current_task ?? progress?.current ?? null,
    completedTasks: progress?.completed_tasks ?? progress?.completed ?? null,
    totalTasks: progress?.total_tasks ?? progress?.total ?? null,
  };
}

/** The documented dialect measures the execution; the live one has only the progress's duration. */
function toExecutionTime({ execution_time, progress }: StatusBody): number | null {
  return execution_time ?? progress?.duration_seconds ?? null;
}

const DocumentedResult = v.looseObject({ output: v.unknown() });
const ResultTasks = v.object({ tasks: v.array(v.unknown()) });

/** Documented: `result.output`. Live: `result` itself. */
function toOutput(result: unknown): string | null {
  const output = v.is(DocumentedResult, result) ? result.output : result;
  if (output === null || output === undefined) return null;
  return typeof output === 'string' ? output : JSON.stringify(output);
}

function toTasks(result: unknown): unknown[] | null {
  const parsed = v.safeParse(ResultTasks, result);
  return parsed.success ? parsed.output.tasks : null;
}

/** Live: the sentence in `status`. Documented: `error`. A bare status word is no explanation. */
function toErrorText(body: StatusBody, word: string): string {
  if (body.state !== null && body.status !== null && parseStatusWord(body.status) === 'unknown') {
    return body.status;
  }
  if (typeof body.error === 'string' && body.error.trim() !== '') return body.error;
  if (body.error !== null && typeof body.error === 'object') return JSON.stringify(body.error);
  return `The API reports ${word} without a reason`;
}
