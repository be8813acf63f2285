import * as v from 'valibot';
import type { CrewRunStatus } from './crew-run-status.js';
import { AmpResponseTooDeepError } from './errors/amp-response-too-deep-error.js';
import { AmpUnreadableResponseError } from './errors/amp-unreadable-response-error.js';
import { NotAStatusError } from './errors/not-a-status-error.js';
import { isHtml, toExcerpt } from './excerpt.js';
import type { AmpCall } from './operations.js';
import { JsonTooDeepError, parseJson } from './parse-json.js';
import { toCrewRunStatus } from './to-crew-run-status.js';

/** The text of a 2xx answer, and what is needed to say what is wrong with it. */
export interface AnswerText {
  call: AmpCall;
  httpStatus: number;
  /** Without the tokens that were used. */
  text: string;
}

/**
 * Far more than a UUID has. A longer one could be too long for a URL, or for whatever stores it; and
 * half of a surrogate pair can stand in no URL at all.
 */
const LONGEST_KICKOFF_ID = 200;

const Inputs = v.object({ inputs: v.array(v.string()) });
const Kickoff = v.object({
  // Opaque: CrewAI's own examples are no valid UUIDs.
  kickoff_id: v.pipe(
    v.string(),
    v.maxLength(LONGEST_KICKOFF_ID),
    v.check((id) => id.trim() !== '' && id.isWellFormed()),
  ),
});

/** @throws AmpUnreadableResponseError, AmpResponseTooDeepError */
export function parseInputs(answer: AnswerText): string[] {
  const body = parseBody(answer);
  if (!v.is(Inputs, body)) throw unreadable(answer, 'the body has no list of names in `inputs`');
  return body.inputs;
}

/** @throws AmpUnreadableResponseError, AmpResponseTooDeepError */
export function parseKickoff(answer: AnswerText): { kickoffId: string } {
  const body = parseBody(answer);
  if (!v.is(Kickoff, body)) throw unreadable(answer, 'the body has no readable `kickoff_id`');
  return { kickoffId: body.kickoff_id };
}

/** @throws AmpUnreadableResponseError, AmpResponseTooDeepError */
export function parseStatus(answer: AnswerText): CrewRunStatus {
  const body = parseBody(answer);
  try {
    return toCrewRunStatus(body);
  } catch (error) {
    if (!(error instanceof NotAStatusError)) throw error;
    throw unreadable(answer, `the body is no status: ${error.message}`, error);
  }
}

/** The body of a 404, which need not be JSON. */
export function toRawBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof JsonTooDeepError)) throw error;
    return text;
  }
}

function parseBody(answer: AnswerText): unknown {
  try {
    return parseJson(answer.text);
  } catch (error) {
    if (error instanceof JsonTooDeepError) {
      throw new AmpResponseTooDeepError(answer.call, answer.httpStatus, error);
    }
    // The parser's own message quotes the body, so it is not kept as a cause.
    if (answer.text.trim() === '') throw unreadable(answer, 'the body is empty');
    throw unreadable(answer, isHtml(answer.text) ? 'the body is HTML' : 'the body is not JSON');
  }
}

function unreadable(
  { call, httpStatus, text }: AnswerText,
  reason: string,
  cause?: unknown,
): AmpUnreadableResponseError {
  const start = toExcerpt(text);
  const quoted = start === '' ? reason : `${reason}: ${start}`;
  return new AmpUnreadableResponseError(call, httpStatus, quoted, cause);
}
