import { DEEPEST_JSON, isDeeperThan } from './json-depth.js';

/** A document that could be read, but not be written again by everyone who handles it. */
export class JsonTooDeepError extends Error {
  override readonly name = 'JsonTooDeepError';
}

/** @throws SyntaxError whose message quotes the text, or JsonTooDeepError */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeeperThan(value, DEEPEST_JSON)) {
    throw new JsonTooDeepError(`nested more than ${DEEPEST_JSON} levels deep`);
  }
  return value;
}
