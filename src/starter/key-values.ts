import { isTokenKey, TOKENS_BELONG } from './token-flags.js';

/** Reads a repeatable `key=value` flag. Values stay text. Mistakes are added to `mistakes`. */
export function parseKeyValues(
  flag: string,
  pairs: string[],
  mistakes: string[],
): Record<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    const key = split < 0 ? pair : pair.slice(0, split);
    if (isTokenKey(key)) mistakes.push(`${flag} ${key}: ${TOKENS_BELONG}`);
    else if (split <= 0) mistakes.push(`${flag} ${key || '(empty)'}: write it as key=value`);
    else if (values.has(key)) mistakes.push(`${flag} ${key} is given twice`);
    else values.set(key, pair.slice(split + 1));
  }
  return Object.fromEntries(values);
}
