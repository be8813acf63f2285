import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { failureConverter } from '../../src/payload-codec/failure-converter.js';
import { PayloadKeyMissingError } from '../../src/payload-codec/payload-errors.js';

const toFailure = (error: unknown) =>
  failureConverter.errorToFailure(error, defaultPayloadConverter);
const toError = (failure: ReturnType<typeof toFailure>) =>
  failureConverter.failureToError(failure, defaultPayloadConverter);

describe('a failure', () => {
  it('has its message and stack trace, and those of its causes, in payloads alone', () => {
    const cause = ApplicationFailure.create({ message: 'whales within' });
    const failure = toFailure(ApplicationFailure.create({ message: 'whales', cause }));
    expect(failure).toMatchObject({
      message: 'Encoded failure',
      stackTrace: '',
      cause: { message: 'Encoded failure', stackTrace: '' },
    });
    const error = toError(failure);
    expect(error.message).toBe('whales');
    expect(error.stack).toContain('failure-converter.test');
    expect(error.cause).toMatchObject({ message: 'whales within' });
  });

  it('that came from Temporal keeps its message however often it is passed on', () => {
    const received = toError(toFailure(ApplicationFailure.create({ message: 'whales' })));
    toFailure(received);
    expect(toError(toFailure(received)).message).toBe('whales');
  });

  it('for want of a key is readable, by those above all who do not have it', () => {
    const missing = new PayloadKeyMissingError('a', 'it needs the key "a"');
    const failure = toFailure(ApplicationFailure.fromError(missing, { message: 'no arguments' }));
    expect(failure.message).toBe('no arguments');
    expect(toFailure(missing).message).toBe('it needs the key "a"');
  });
});
