import * as v from 'valibot';
import { toPlainText } from './excerpt.js';
import { JsonTooDeepError, parseJson } from './parse-json.js';

/** That many names do not stand in a sentence, and what finds them takes time by the square of it. */
const LONGEST_SENTENCE = 5_000;

/** What an error answer's body says, whichever of the API's and its gateways' shapes it has. */
export interface ErrorBody {
  /** The API's own words; absent when the body is empty. */
  message: string | undefined;
  missingInputs: string[];
  /** JSON with `error` or `detail`: written by AMP itself, not by a gateway before it. */
  isAmpShaped: boolean;
}

/** Documented: `{error, message, details}`. */
const DocumentedError = v.object({
  error: v.unknown(),
  message: v.optional(v.unknown()),
  details: v.optional(v.unknown()),
});
const MissingInputs = v.object({ missing_inputs: v.array(v.string()) });

/** Live: `{detail: "…"}` or `{detail: [{loc, msg, type}]}`. */
const LiveError = v.object({ detail: v.union([v.string(), v.array(v.unknown())]) });
const Problem = v.object({
  loc: v.fallback(v.array(v.union([v.string(), v.number()])), []),
  msg: v.string(),
  type: v.fallback(v.string(), ''),
});

/** Reads the body of an answer that is not 2xx. Never throws: any text is somebody's message. */
export function parseErrorBody(text: string): ErrorBody {
  const body = parseJsonOrNothing(text);
  if (v.is(DocumentedError, body)) {
    const message = joinDistinct([body.error, body.message].filter(isText));
    const listed = v.is(MissingInputs, body.details) ? body.details.missing_inputs : [];
    return {
      message: message ?? toPlainText(text),
      missingInputs: listed.length > 0 ? listed : namesIn(message ?? ''),
      isAmpShaped: true,
    };
  }
  if (v.is(LiveError, body)) {
    if (typeof body.detail === 'string') {
      return {
        message: body.detail.trim() || undefined,
        missingInputs: namesIn(body.detail),
        isAmpShaped: true,
      };
    }
    const problems = body.detail.map((item) => v.safeParse(Problem, item));
    return {
      message:
        problems
          .map((problem, index) =>
            problem.success
              ? joinDistinct([problem.output.loc.join('.'), problem.output.msg].filter(isText))
              : JSON.stringify(body.detail[index]),
          )
          .join('; ') || undefined,
      missingInputs: problems.flatMap((problem) =>
        problem.success ? missingInputsOf(problem.output) : [],
      ),
      isAmpShaped: true,
    };
  }
  // A gateway's `{message: "…"}`, or plain text, or a page.
  const message = v.is(v.object({ message: v.string() }), body)
    ? body.message
    : typeof body === 'string'
      ? body
      : toPlainText(text);
  return {
    message: message.trim() || undefined,
    missingInputs: namesIn(message),
    isAmpShaped: false,
  };
}

function parseJsonOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonTooDeepError) return undefined;
    throw error;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function joinDistinct(parts: string[]): string | undefined {
  return parts.length === 0 ? undefined : [...new Set(parts.map((part) => part.trim()))].join(': ');
}

function missingInputsOf({ loc, msg, type }: v.InferOutput<typeof Problem>): string[] {
  const named = namesIn(msg);
  if (named.length > 0) return named;
  const isMissing = type.startsWith('missing') || /\brequired\b/i.test(msg);
  const name = loc.at(-1);
  return isMissing && typeof name === 'string' ? [name] : [];
}

/** The names in a sentence like `Missing inputs: a, b`. */
function namesIn(sentence: string): string[] {
  const list = /\bmissing (?:required )?inputs?: *([^\n]+)/i.exec(sentence)?.[1];
  if (list === undefined) return [];
  return list
    .slice(0, LONGEST_SENTENCE)
    .split(',')
    .map((name) => name.replace(/^[\s[('"`]+|[\s\])'"`.]+$/g, ''))
    .filter((name) => name !== '');
}
