import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CrewRunStatus } from '../../src/amp/index.js';
import { NotAStatusError, parseRetryAfter, toCrewRunStatus } from '../../src/amp/index.js';
import { parseErrorBody } from '../../src/amp/error-body.js';
import { OPERATIONS } from '../../src/amp/operations.js';
import { parseStatusWord } from '../../src/amp/status-words.js';
import { toHttpStatusError } from '../../src/amp/to-amp-error.js';
import { anyText, jsonText, mangled } from '../support/hostile-json.js';
import { holdsFor } from '../support/properties.js';
import { STATUS_EXAMPLES } from '../support/status-examples.js';

const isTextOrNull = (value: unknown) => value === null || typeof value === 'string';
const isNumberOrNull = (value: unknown) => value === null || Number.isFinite(value);
const isListOrNull = (value: unknown) => value === null || Array.isArray(value);
const isObjectOrNull = (value: unknown) => value === null || typeof value === 'object';

/** What each field of each status may hold; a status has all of its own and no other. */
const position = {
  currentTask: isTextOrNull,
  completedTasks: isNumberOrNull,
  totalTasks: isNumberOrNull,
};
const end = {
  tasks: isListOrNull,
  executionTime: isNumberOrNull,
  usageMetrics: isObjectOrNull,
};
const isWord = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';
const isDefined = (value: unknown) => value !== undefined;
const FIELDS: Record<CrewRunStatus['status'], Record<string, (value: unknown) => boolean>> = {
  pending: position,
  running: position,
  waiting: position,
  unknown: { ...position, word: isWord },
  completed: { ...end, output: isTextOrNull, outputJson: isDefined },
  error: { ...end, error: isWord },
  cancelled: { word: isWord, executionTime: isNumberOrNull },
  notFound: {},
};

/** What the reader makes of a body; null where it says that this is no status. */
function read(json: string): CrewRunStatus | null {
  try {
    return toCrewRunStatus(JSON.parse(json));
  } catch (error) {
    if (error instanceof NotAStatusError) return null;
    throw error;
  }
}

const mangledStatus = fc.constantFrom(...STATUS_EXAMPLES).chain(mangled);

describe('the status reader', () => {
  test('reads any JSON as a status with all of its fields, or says that it is none', () => {
    const seen = new Set<string | undefined>();
    holdsFor(
      3_000,
      fc.property(fc.oneof(mangledStatus, jsonText), (json) => {
        const status = read(json);
        seen.add(status?.status);
        if (status === null) return;
        const { status: word, raw, ...rest } = status;
        expect(raw).toEqual(JSON.parse(json));
        const fields = FIELDS[word];
        expect(Object.keys(rest).sort()).toEqual(Object.keys(fields).sort());
        for (const [name, fits] of Object.entries(fields)) {
          expect(fits(Reflect.get(rest, name)), name).toBe(true);
        }
      }),
    );
    // Each of them, and "none": the examples are no monoculture.
    expect(seen.size).toBe(Object.keys(FIELDS).length + 1);
  });

  test('finds the status in `state` and `status`, whatever all other fields hold', () => {
    holdsFor(
      1_000,
      fc.property(mangledStatus, (json) => {
        const { state, status } = JSON.parse(json) as Record<string, unknown>;
        const word = [state, status].find(isWord);
        expect(read(json)?.status).toBe(word === undefined ? undefined : parseStatusWord(word));
      }),
    );
  });
});

describe('the error reader', () => {
  const bodies = fc.oneof(
    anyText,
    jsonText,
    mangled({ error: 'Validation Error', message: 'Bad', details: { missing_inputs: ['a'] } }),
    mangled({ detail: 'Missing inputs: a, b' }),
    mangled({ detail: [{ loc: ['body', 'inputs', 'a'], msg: 'Field required', type: 'missing' }] }),
    jsonText.map((json) => `<html><title>${json}</title><body>${json}</body></html>`),
    anyText.map((text) => `missing inputs: ${text}`),
  );

  test('finds in any body a message that says something, or none, and names that are names', () => {
    holdsFor(
      3_000,
      fc.property(bodies, (body) => {
        const { message, missingInputs, isAmpShaped } = parseErrorBody(body);
        expect(message?.trim()).not.toBe('');
        for (const name of missingInputs) expect(typeof name).toBe('string');
        expect(typeof isAmpShaped).toBe('boolean');
      }),
    );
  });

  const name = fc.stringMatching(/^[A-Za-z_][\w-]{0,20}$/);
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 8 });

  test('finds the names of missing inputs in every shape that has them', () => {
    const shapes: ((names: string[]) => unknown)[] = [
      (all) => ({ error: 'Validation Error', details: { missing_inputs: all } }),
      (all) => ({ detail: `Missing inputs: ${all.join(', ')}` }),
      (all) => ({
        detail: all.map((each) => ({ loc: ['inputs', each], msg: '', type: 'missing' })),
      }),
      (all) => ({ message: `Missing required inputs: ['${all.join("', '")}'].` }),
    ];
    holdsFor(
      500,
      fc.property(names, fc.constantFrom(...shapes), (all, toBody) => {
        expect(parseErrorBody(JSON.stringify(toBody(all))).missingInputs).toEqual(all);
      }),
    );
  });

  test('shows no token, wherever a body or a redirect repeats it', () => {
    const token = 'tok"5f/3a+9c';
    const call = { operation: OPERATIONS.kickoff, path: '/kickoff', url: 'http://crew', crew: 'c' };
    const spellings = [
      token,
      encodeURIComponent(token),
      JSON.stringify(token).slice(1, -1),
      JSON.stringify({ authorization: `Bearer ${token}` }),
    ];
    holdsFor(
      1_000,
      fc.property(
        bodies,
        fc.constantFrom(...spellings),
        fc.nat(),
        fc.integer({ min: 300, max: 599 }),
        (body, spelling, at, httpStatus) => {
          const cut = at % (body.length + 1);
          const text = `${body.slice(0, cut)}${spelling}${body.slice(cut)}`;
          const error = toHttpStatusError(
            call,
            { httpStatus, retryAfter: undefined, location: text, body: { text } },
            [token],
          );
          const shown = `${error.message} ${error.apiMessage} ${error.missingInputs.join(' ')}`;
          for (const each of spellings.slice(0, 3)) expect(shown).not.toContain(each);
        },
      ),
    );
  });
});

describe('the Retry-After parser', () => {
  const now = Date.UTC(2026, 10, 24, 12);

  test('reads any text as a wait that a number can hold, or as nothing', () => {
    const almost = fc.tuple(
      fc.constantFrom('Tue, ', 'Tuesday, ', 'Tue ', ''),
      fc.constantFrom(
        '24 Nov 2026 ',
        '24-Nov-26 ',
        'Nov 24 ',
        '99 Nov 9999 ',
        '-1',
        '9'.repeat(400),
      ),
      fc.constantFrom('12:00:00', '23:59:60', '25:00:00', ''),
      fc.constantFrom(' GMT', ' 2026', ' CET', ''),
    );
    holdsFor(
      2_000,
      fc.property(
        fc.oneof(
          anyText,
          almost.map((parts) => parts.join('')),
        ),
        (text) => {
          const waitMs = parseRetryAfter(text, now);
          if (waitMs === undefined) return;
          expect(Number.isSafeInteger(waitMs)).toBe(true);
          expect(waitMs).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('reads seconds, and each form of a date', () => {
    const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
    const inYear = (first: number, last: number) =>
      fc.date({
        min: new Date(Date.UTC(first, 0)),
        max: new Date(Date.UTC(last, 11, 31, 23, 59, 59)),
        noInvalidDate: true,
      });
    const toForms = (date: Date) => {
      // Tue, 24 Nov 2026 12:00:00 GMT
      const imf = date.toUTCString();
      const [, day = '', month, year = '', time] = imf.replace(',', '').split(' ');
      const short = year.slice(2);
      return {
        imf,
        rfc850: `${DAYS[date.getUTCDay()]}, ${day}-${month}-${short} ${time} GMT`,
        asctime: `${imf.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
      };
    };
    const waitUntil = (date: Date) => Math.max(0, Math.floor(date.getTime() / 1_000) * 1_000 - now);
    holdsFor(
      1_000,
      fc.property(inYear(1970, 9999), (date) => {
        const { imf, asctime } = toForms(date);
        expect(parseRetryAfter(imf, now)).toBe(waitUntil(date));
        expect(parseRetryAfter(asctime, now)).toBe(waitUntil(date));
      }),
    );
    // Two digits of a year mean one of the 50 to come, or the one that has passed.
    holdsFor(
      500,
      fc.property(inYear(1977, 2076), (date) => {
        expect(parseRetryAfter(toForms(date).rfc850, now)).toBe(waitUntil(date));
      }),
    );
    holdsFor(
      500,
      fc.property(fc.nat({ max: 9_007_199_254_740 }), (seconds) => {
        expect(parseRetryAfter(String(seconds), now)).toBe(seconds * 1_000);
      }),
    );
  });
});
