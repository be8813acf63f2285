import { parse } from '@humanwhocodes/momoa';
import { readText } from './read-text.js';
import { say } from './shell.js';
import type { Shell } from './shell.js';
import { isTokenKey, TOKENS_BELONG } from './token-flags.js';

/** Reads `--inputs-file`, a JSON object in a file or on stdin (`-`). Mistakes go to `mistakes`. */
export async function readInputsFile(
  file: string,
  shell: Shell,
  mistakes: string[],
): Promise<Record<string, unknown>> {
  const name = file === '-' ? 'stdin' : file;
  const mistake = (problem: string): Record<string, unknown> => {
    mistakes.push(`--inputs-file ${name}: ${problem}`);
    return {};
  };
  let json: string;
  try {
    if (file === '-' && shell.stdin.isTTY === true) {
      say(shell, 'Reading the inputs from stdin: a JSON object, then Ctrl-D.');
    }
    json = await readText(file, shell);
  } catch (error) {
    return mistake(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  let inputs: unknown;
  try {
    inputs = JSON.parse(json);
  } catch {
    return mistake(`is not JSON: ${locate(json)}`);
  }
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    return mistake(`must be a JSON object of the crew's inputs, such as {"topic": "…"}`);
  }
  const tokenKey = Object.keys(inputs).find(isTokenKey);
  return tokenKey === undefined ? { ...inputs } : mistake(`${tokenKey}: ${TOKENS_BELONG}`);
}

/** `JSON.parse` mentions a position only at times, and quotes the content: this does neither. */
function locate(json: string): string {
  if (json.trim() === '') return 'it is empty';
  try {
    parse(json, { mode: 'json' });
  } catch (error) {
    if (error instanceof Error && 'line' in error && 'column' in error) {
      return `look at line ${String(error.line)}, column ${String(error.column)}`;
    }
  }
  // The one rule that the parser above does not enforce.
  return 'a text in it holds a line break or another control character; write \\n';
}
