import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInput as checkInputOf } from '../../src/activities/check-input.js';
import type { RunSettings } from '../../src/contract.js';
import type { Crews } from '../../src/crews.js';
import { SealedTokenError } from '../../src/sealing/open-token.js';
import { jsonText, mangled } from '../support/hostile-json.js';
import { holdsForAsync } from '../support/properties.js';

const crew = {
  name: 'default',
  url: 'http://127.0.0.1:1',
  kickoffTimeoutMs: 2_000,
  token: () => Promise.resolve('crew-token'),
};
const crews: Crews = new Map([['default', crew]]);
const open = () => Promise.reject(new SealedTokenError('otherUse', 'is for another crew'));

/** What becomes of an input: settings, or the failure that it is refused with. */
async function check(input: unknown): Promise<RunSettings | ApplicationFailure> {
  try {
    return await checkInputOf(crews, open, { input });
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
}

const EVERYTHING = {
  inputs: { topic: 'AI' },
  meta: { ticket: 7 },
  crew: 'default',
  restoreFromStateId: 'state-1',
  kickoffId: 'kickoff-1',
  polling: { initialInterval: '1s', maximumInterval: '1m' },
  timeout: '1h',
  adoptionWindow: 1_000,
  notFoundGrace: 0,
  onCrewError: 'fail',
};

/** A failure of Temporal’s holds 2 MB, with its message three times; a Web UI shows far less. */
const LONGEST_MESSAGE = 30_000;

describe('whatever the input', () => {
  it('is either refused in the contract’s words or becomes settings with all of their fields', async () => {
    const names = Object.keys(await check(EVERYTHING)).sort();
    let accepted = 0;
    await holdsForAsync(
      2_000,
      fc.asyncProperty(fc.oneof(mangled(EVERYTHING), jsonText), async (json) => {
        const result = await check(JSON.parse(json));
        if (result instanceof ApplicationFailure) {
          expect(result.type).toMatch(/^CrewAI\.(InvalidInput|UnknownCrew)$/);
          expect(result.nonRetryable).toBe(true);
          expect(result.message.length).toBeLessThan(LONGEST_MESSAGE);
          return;
        }
        accepted += 1;
        expect(Object.keys(result).sort()).toEqual(names);
        for (const value of Object.values(result)) {
          expect(value).toSatisfy(
            (it: unknown) => it === null || typeof it === 'string' || Number.isFinite(it),
          );
        }
        expect(result.maximumIntervalMs).toBeGreaterThanOrEqual(result.initialIntervalMs);
        // A date can hold the end of the run, whenever it starts.
        expect(Number.isNaN(new Date(Date.now() + result.timeoutMs).getTime())).toBe(false);
      }),
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('its values are not repeated: each could be a secret', async () => {
    const SECRET = 'sk-5f3a9c';
    const values = [SECRET, [SECRET], { a: SECRET }, { a: [{ b: SECRET }] }];
    const fields = ['bearerToken', 'inputs', 'meta', 'polling', 'timeout', 'kickoffId', 'other'];
    const someFields = fc.uniqueArray(fc.constantFrom(...fields), { minLength: 1 });
    await holdsForAsync(
      500,
      fc.asyncProperty(someFields, fc.constantFrom(...values), async (names, value) => {
        const result = await check(Object.fromEntries(names.map((name) => [name, value])));
        if (!(result instanceof ApplicationFailure)) return;
        expect(JSON.stringify([result.message, result.details])).not.toContain(SECRET);
      }),
    );
  });

  it('a field that is not of the contract is never ignored', async () => {
    // But for names that every object has, which the schema library passes over: nobody misspells to them.
    const field = fc
      .stringMatching(/^\w{1,15}$/)
      .filter(
        (name) => !(name in { ...EVERYTHING, ...EVERYTHING.polling, bearerToken: 1, prototype: 1 }),
      );
    await holdsForAsync(
      500,
      fc.asyncProperty(field, jsonText, async (name, json) => {
        const input: unknown = JSON.parse(
          `{"inputs":{},${JSON.stringify(name)}:${json},"polling":{${JSON.stringify(name)}:${json}}}`,
        );
        expect(await check(input)).toMatchObject({
          type: 'CrewAI.InvalidInput',
          message: expect.stringMatching(
            new RegExp(
              `polling\\.${name} is not a field of polling; ${name} is not a field of the`,
            ),
          ) as string,
        });
      }),
    );
  });
});

describe('an input that is too much to be carried', () => {
  const filled = (bytes: number) => {
    const empty = { inputs: { text: '' } };
    const room = bytes - JSON.stringify(empty).length;
    // Two bytes each, but for the last one of an odd number.
    return { inputs: { text: 'é'.repeat(room / 2) + 'e'.repeat(room % 2) } };
  };
  const nested = (levels: number): unknown =>
    JSON.parse(`${'{"inputs":'.repeat(levels)}1${'}'.repeat(levels)}`);

  it('is refused with its size, counted in bytes', async () => {
    expect(await check(filled(1_900_000))).toMatchObject({ crew: 'default' });
    expect(await check(filled(1_900_001))).toMatchObject({
      type: 'CrewAI.InvalidInput',
      message: expect.stringContaining(
        'has 1900001 bytes as JSON, and a run takes 1900000',
      ) as string,
    });
  });

  it.each([500, 501, 100_000])(
    'is refused when it is nested too deep: %d levels',
    async (levels) => {
      const result = await check(nested(levels));
      if (levels <= 500) expect(result).toMatchObject({ crew: 'default' });
      else {
        expect(result).toMatchObject({
          type: 'CrewAI.InvalidInput',
          message: 'The input is not valid: the input is nested more than 500 levels deep.',
        });
      }
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['a name of 1 MB', { ['x'.repeat(1_000_000)]: 1 }, 'is not a field of the input'],
    ['a crew of 1 MB', { crew: 'x'.repeat(1_000_000) }, 'crew must not be longer than 200'],
    ['an id of 1 MB', { kickoffId: 'x'.repeat(1_000_000) }, 'kickoffId must not be longer than'],
    [
      'a hundred thousand mistakes',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, 1])),
      'and 99950 more mistakes',
    ],
  ])('is refused in few words: %s', async (_, input, words) => {
    const result = await check({ inputs: {}, ...input });
    expect(result).toMatchObject({ type: 'CrewAI.InvalidInput' });
    const { message, details } = result as ApplicationFailure;
    expect(message).toContain(words);
    expect(JSON.stringify([message, details]).length).toBeLessThan(LONGEST_MESSAGE);
  });

  it('is refused for a kickoffId that can stand in no URL', async () => {
    expect(await check({ kickoffId: '\ud800' })).toMatchObject({ type: 'CrewAI.InvalidInput' });
  });
});
