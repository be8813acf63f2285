import { inspect } from 'node:util';
import type { LogEntry } from '@temporalio/worker';
import { findUnreadablePayload } from '../payload-codec.js';

/** Said of every line, or of no use to who reads it. */
const OMITTED = new Set([
  'sdkComponent',
  'namespace',
  'taskQueue',
  'taskToken',
  'isLocal',
  'target',
  // A whole task, where its arguments cannot be read.
  'task',
  'taskEncoded',
]);

/** `2026-11-24T12:00:00.000Z INFO  message key=value`: one line whatever is logged. */
export function toLogLine({ timestampNanos, level, message, meta = {} }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const details = Object.entries(meta)
    .filter(([key, value]) => !OMITTED.has(key) && value !== undefined)
    .map(([key, value]) => ` ${key}=${toText(value)}`);
  return `${time} ${level.padEnd(5)} ${toOneLine(message)}${details.join('')}\n`;
}

function toText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"]+$/.test(value)) return value;
  // Foreseen, and often repeated while an API is down or a key is missing: the words say it all.
  // Others show their stack.
  const foreseen = isFailure(value) ? value : findUnreadablePayload(value);
  if (foreseen !== null) return inspect(toOneLine(foreseen.message));
  return toOneLine(inspect(value, { breakLength: Infinity, compact: true, depth: 3 }));
}

/** One that comes out of the workflow sandbox is a copy, of which the class is lost. */
function isFailure(value: unknown): value is Error {
  return value instanceof Error && value.name === 'ApplicationFailure';
}

function toOneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' | ');
}
