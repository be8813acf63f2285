/** JSON as nobody means it: what an API, a gateway or a caller could send all the same. */
import fc from 'fast-check';

/** Any UTF-16, halves of surrogate pairs included: JSON can carry them. */
export const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 20,
});

/** Of objects themselves, and of the API: where code that looks something up by name goes wrong. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'then', 'toJSON', ''];
const WORDS = [
  'SUCCESS',
  'running',
  'NOT FOUND',
  'null',
  'undefined',
  'NaN',
  '0',
  ' ',
  '{}',
  '\u0000',
];

const text = fc.oneof(anyText, fc.constantFrom(...WORDS, ...NAMES));
const key = fc.oneof(fc.constantFrom(...NAMES), anyText);

/** Numbers as JSON spells them, also those that no double holds. */
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('-0', '1e999', '-1e999', '12345678901234567890', '5e-324', '1E400', '0.1e-999'),
);

/** The text of a JSON value: some of them are lost on the way from a value to its text. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    number,
    text.map((each) => JSON.stringify(each)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => toObjectText({}, entries)),
  ),
})).value;

/** Nested so deep that what reads or writes it by recursion runs out of stack. */
export const deepJsonText = fc
  .tuple(fc.integer({ min: 501, max: 100_000 }), fc.constantFrom('[', '{"a":'))
  .map(([levels, open]) => `${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}`);

/** An object with these fields, each of which may have been left out or be something else entirely. */
export function mangled(example: Record<string, unknown>): fc.Arbitrary<string> {
  const names = Object.keys(example);
  return fc
    .array(fc.tuple(fc.constantFrom(...names, ...NAMES), fc.option(jsonText)), { maxLength: 4 })
    .map((changes) => toObjectText(example, changes));
}

/** A field that is given twice counts as its last one, as JSON.parse has it. Null leaves one out. */
function toObjectText(
  example: Record<string, unknown>,
  changes: (readonly [name: string, json: string | null])[],
): string {
  const left = new Set(changes.filter(([, json]) => json === null).map(([name]) => name));
  return `{${[
    ...Object.entries(example).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ...changes,
  ]
    .filter(([name]) => !left.has(name))
    .map(([name, json]) => `${JSON.stringify(name)}:${json}`)
    .join(',')}}`;
}
