/** What a kickoff request has to be. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FieldProblem } from './dialect.js';

const OPTIONAL_OBJECTS = ['meta', 'webhooks', 'humanInputWebhook'];
const OPTIONAL_STRINGS = [
  'taskWebhookUrl',
  'stepWebhookUrl',
  'crewWebhookUrl',
  'humanInputWebhookUrl',
  'restoreFromStateId',
];

/** Headers worth recording: of what is sent, not who sends it. Authorization must never be here. */
const RECORDED_HEADERS = ['idempotency-key', 'content-type', 'user-agent', 'traceparent'];

export interface KickoffRequest {
  /** Undefined where the body is not JSON. */
  body: unknown;
  inputs: Record<string, unknown> | null;
  meta: Record<string, unknown> | null;
  restoreFromStateId: string | null;
  headers: Record<string, string>;
}

/** As much of the request as can be read; `toProblems` says what is wrong with the rest. */
export function parseKickoff(text: string, headers: IncomingHttpHeaders): KickoffRequest {
  const body = parseJson(text);
  const { inputs, meta, restoreFromStateId } = toObject(body) ?? {};
  return {
    body,
    inputs: toObject(inputs),
    meta: toObject(meta),
    restoreFromStateId: typeof restoreFromStateId === 'string' ? restoreFromStateId : null,
    headers: Object.fromEntries(
      RECORDED_HEADERS.flatMap((name) => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    ),
  };
}

/** Fields that are absent or of the wrong type. Unknown fields are ignored, as the API does. */
export function toProblems(request: KickoffRequest): FieldProblem[] {
  const body = toObject(request.body);
  if (body === null) return [{ field: 'body', expected: 'object' }];
  const problems: FieldProblem[] = [];
  if (request.inputs === null) {
    problems.push({ field: 'inputs', expected: 'inputs' in body ? 'object' : 'present' });
  }
  for (const field of OPTIONAL_OBJECTS) {
    const value = body[field] ?? null;
    if (value !== null && toObject(value) === null) problems.push({ field, expected: 'object' });
  }
  for (const field of OPTIONAL_STRINGS) {
    const value = body[field] ?? null;
    if (value !== null && typeof value !== 'string') problems.push({ field, expected: 'string' });
  }
  return problems;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON text has this value.
  }
}

function toObject(value: unknown): Record<string, unknown> | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
