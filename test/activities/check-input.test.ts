import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { checkInput as checkInputOf } from '../../src/activities/check-input.js';
import type { OpenForThisRun } from '../../src/activities/open-for-this-run.js';
import type { Crew, Crews } from '../../src/crews.js';
import { SealedTokenError } from '../../src/sealing/open-token.js';

const createCrew = (name: string): Crew => ({
  name,
  url: 'http://127.0.0.1:1',
  kickoffTimeoutMs: 2_000,
  token: () => Promise.resolve('crew-token'),
});
const crews: Crews = new Map(
  ['default', 'researchers'].map((name) => [name, createCrew(name)] as const),
);

const opened: string[] = [];
const open: OpenForThisRun = (sealedToken, crew) => {
  opened.push(`${sealedToken} for ${crew}`);
  if (crew === 'default') return Promise.resolve('the token');
  return Promise.reject(new SealedTokenError('otherUse', 'is for another crew'));
};
/** Of the right form, and nothing more. */
const SEALED = ['eyJhbGciOiJF', 'k'.repeat(54), 'i'.repeat(16), 'c', 't'.repeat(22)].join('.');

const checkInput = (input: unknown) => checkInputOf(crews, open, { input });

/** The failure that the input is refused with. */
async function refusalOf(input: unknown): Promise<ApplicationFailure> {
  try {
    await checkInput(input);
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

const DURATION = 'has to be a duration: milliseconds or a text such as "90s", "10m" or "24h"';
const ONE_OBJECT = 'the input has to be one object, such as { "inputs": { "topic": "AI" } }';
const INPUTS =
  'inputs is missing: the inputs of the crew as an object ({} for none), unless a kickoffId is given';

describe('checkInput', () => {
  it('fills in the defaults of the contract', async () => {
    expect(await checkInput({ inputs: {} })).toEqual({
      crew: 'default',
      initialIntervalMs: 2_000,
      backoffCoefficient: 1.1,
      maximumIntervalMs: 30_000,
      timeoutMs: 24 * 3_600_000,
      adoptionWindowMs: 3_600_000,
      notFoundGraceMs: 600_000,
      onCrewError: 'return',
      kickoffId: null,
      kickoffTimeoutMs: 2_000,
    });
  });

  it('takes durations as milliseconds and as texts', async () => {
    const input = {
      kickoffId: 'kickoff-1',
      meta: { ticket: 7 },
      crew: 'researchers',
      restoreFromStateId: 'state-1',
      polling: {
        initialInterval: 10,
        backoffCoefficient: 1,
        maximumInterval: '1.5m',
        pushInterval: '1h',
      },
      timeout: '3650d',
      adoptionWindow: 1,
      notFoundGrace: 0,
      onCrewError: 'fail',
      onCancel: 'abandon',
      onTimeout: 'abandon',
    };
    expect(await checkInput(input)).toEqual({
      crew: 'researchers',
      initialIntervalMs: 10,
      backoffCoefficient: 1,
      maximumIntervalMs: 90_000,
      timeoutMs: 3_650 * 24 * 3_600_000,
      adoptionWindowMs: 1,
      notFoundGraceMs: 0,
      onCrewError: 'fail',
      kickoffId: 'kickoff-1',
      kickoffTimeoutMs: 2_000,
    });
  });

  it('lets an initial interval above the maximum be the maximum', async () => {
    const input = { inputs: {}, polling: { initialInterval: '1h' } };
    expect(await checkInput(input)).toMatchObject({
      initialIntervalMs: 3_600_000,
      maximumIntervalMs: 3_600_000,
    });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, [ONE_OBJECT]],
    ['null', null, [ONE_OBJECT]],
    ['a text', 'inputs', [ONE_OBJECT]],
    ['a list', [{ inputs: {} }], [ONE_OBJECT]],
    ['no inputs', {}, [INPUTS]],
    ['inputs that are null', { inputs: null }, ['inputs has to be an object']],
    ['inputs that are a text', { inputs: 'AI' }, ['inputs has to be an object']],
    ['inputs that are a list', { inputs: ['AI'] }, ['inputs has to be an object']],
    ['a misspelt field', { inputs: {}, timout: '1h' }, ['timout is not a field of the input']],
    [
      'a misspelt field of polling',
      { inputs: {}, polling: { interval: '1h' } },
      ['polling.interval is not a field of polling'],
    ],
    ['polling that is a list', { inputs: {}, polling: [] }, ['polling has to be an object']],
    ['a duration in words', { inputs: {}, timeout: 'soon' }, [`timeout ${DURATION}`]],
    ['an unknown unit', { inputs: {}, timeout: '2 fortnights' }, [`timeout ${DURATION}`]],
    ['an empty duration', { inputs: {}, adoptionWindow: '' }, [`adoptionWindow ${DURATION}`]],
    ['a negative duration', { inputs: {}, notFoundGrace: '-1s' }, [`notFoundGrace ${DURATION}`]],
    ['no time at all', { inputs: {}, timeout: 0 }, ['timeout has to be at least 1 ms']],
    [
      'a time that no date can hold',
      { inputs: {}, timeout: 1e300 },
      ['timeout has to be at most 3650 days'],
    ],
    [
      'polls without a pause',
      { inputs: {}, polling: { initialInterval: 0, maximumInterval: '9ms' } },
      [
        'polling.initialInterval has to be at least 10 ms',
        'polling.maximumInterval has to be at least 10 ms',
      ],
    ],
    [
      'intervals that shrink',
      { inputs: {}, polling: { backoffCoefficient: 0.5 } },
      ['polling.backoffCoefficient has to be at least 1'],
    ],
    [
      'meta of the workflow itself',
      { inputs: {}, meta: { temporal: {} } },
      ['meta must not have the key "temporal": it is set by the workflow'],
    ],
    ['a blank crew', { inputs: {}, crew: ' ' }, ['crew must not be empty']],
    ['a blank kickoffId', { kickoffId: '' }, ['kickoffId must not be empty']],
    [
      'what this version cannot do',
      { inputs: {}, onCancel: 'stop', onTimeout: 'stop' },
      [
        'onCancel has to be "abandon": this version cannot stop a crew',
        'onTimeout has to be "abandon": this version cannot stop a crew',
      ],
    ],
    [
      'many mistakes, all at once',
      {
        timeout: 'soon',
        crew: 7,
        meta: 'x',
        onCrewError: 'ignore',
        polling: { a: 1, b: 2 },
        c: 3,
        d: 4,
      },
      [
        'meta has to be an object',
        'crew has to be a text',
        'polling.a is not a field of polling',
        'polling.b is not a field of polling',
        `timeout ${DURATION}`,
        'onCrewError has to be "return" or "fail"',
        'c is not a field of the input',
        'd is not a field of the input',
        INPUTS,
      ],
    ],
  ])('refuses %s', async (_, input, mistakes) => {
    const failure = await refusalOf(input);
    expect(failure).toMatchObject({ type: 'CrewAI.InvalidInput', nonRetryable: true });
    expect(failure.details).toEqual([{ kickoffId: null, mistakes }]);
    expect(failure.message).toBe(`The input is not valid: ${mistakes.join('; ')}.`);
  });

  it.each([
    'secret-token',
    'eyJhbGciOiJIUzI1NiJ9.eyJzZWNyZXQtdG9rZW4.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
    `Bearer ${SEALED}secret-token`,
    { 'secret-token': 1 },
  ])('refuses a token that is not sealed, and says that it is exposed: %j', async (bearerToken) => {
    const failure = await refusalOf({ inputs: {}, bearerToken });
    expect(failure.type).toBe('CrewAI.InvalidInput');
    expect(failure.message).toContain('CREWAI_AMP_TOKEN');
    expect(failure.message).toContain('exposed');
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('secret-token');
  });

  it('opens a sealed token for the crew, and leaves it out of the settings', async () => {
    opened.length = 0;
    const settings = await checkInput({ inputs: {}, bearerToken: SEALED });
    expect(opened).toEqual([`${SEALED} for default`]);
    expect(JSON.stringify(settings)).not.toMatch(/token/i);
  });

  it('refuses a sealed token that cannot be opened, with the reason', async () => {
    const failure = await refusalOf({ inputs: {}, crew: 'researchers', bearerToken: SEALED });
    expect(failure).toMatchObject({ type: 'CrewAI.InvalidInput', nonRetryable: true });
    expect(failure.details).toEqual([
      { kickoffId: null, mistakes: ['bearerToken is for another crew'] },
    ]);
  });

  it('refuses a crew that the worker does not know, and lists those that it does', async () => {
    const failure = await refusalOf({ inputs: {}, crew: 'writers' });
    expect(failure).toMatchObject({ type: 'CrewAI.UnknownCrew', nonRetryable: true });
    expect(failure.message).toContain('no crew "writers". It knows: default, researchers.');
    expect(failure.details).toEqual([
      { kickoffId: null, crew: 'writers', knownCrews: ['default', 'researchers'] },
    ]);
  });
});
