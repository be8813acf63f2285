import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { toLogLine } from '../../src/worker/log-line.js';

const lineOf = (error: unknown): string =>
  toLogLine({ timestampNanos: 0n, level: 'WARN', message: 'Workflow failed', meta: { error } });

describe('a failure in the log', () => {
  const failure = ApplicationFailure.nonRetryable('Kickoff failed:\nHTTP 401', 'CrewAI.X');
  const line =
    "1970-01-01T00:00:00.000Z WARN  Workflow failed error='Kickoff failed: | HTTP 401'\n";

  it('is its words, without a stack', () => {
    expect(lineOf(failure)).toBe(line);
  });

  it('is the same as a copy that has come out of the workflow sandbox', () => {
    const copy = Object.assign(new Error(failure.message), { name: failure.name });
    expect(lineOf(copy)).toBe(line);
  });

  it('that nobody has foreseen has its stack', () => {
    expect(lineOf(new TypeError('x is not a function'))).toContain(' at ');
  });
});
