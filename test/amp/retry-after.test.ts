import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/amp/index.js';

const now = Date.UTC(2026, 10, 24, 12, 0, 0);

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5_000],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
  ['Tue Nov 24 12:00:30 2026', 30_000],
  ['Tue Dec  1 12:00:00 2026', 7 * 24 * 3_600_000],
  // Dates that have passed.
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
])('%j is a wait of %d ms', (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});

test.each([
  undefined,
  '',
  'soon',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '5 s',
  '99999999999999999999',
  '2026-11-24T12:00:30Z',
  'Tue, 24 Nov 2026 12:00:30',
  'Tue, 24 Nov 2026 12:00:30 CET',
  'Tue, 24 nov 2026 12:00:30 GMT',
  'Tue, 24 Nov 2026 25:00:30 GMT',
  'Tue, 31 Feb 2026 12:00:30 GMT',
  'Tue, 00 Nov 2026 12:00:30 GMT',
])('%j says nothing', (value) => {
  expect(parseRetryAfter(value, now)).toBeUndefined();
});
