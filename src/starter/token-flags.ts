/** Where a token belongs, said wherever somebody offers one. */
export const TOKENS_BELONG =
  "tokens belong in the worker's configuration (CREWAI_AMP_TOKEN, or a token reference in " +
  'crews.toml; TEMPORAL_API_KEY for Temporal), never in a command or a run. `run` and `start` take ' +
  'one in a file, and seal it: --bearer-token-file. ' +
  'One that was typed into a shell counts as exposed: reset it.';

/** Takes no token, only where one is; and only these commands have it. */
const TOKEN_FILE = '--bearer-token-file';
const TAKE_TOKEN_FILE = ['run', 'start', 'token'];

const TOKEN_WORD = /token|bearer|secret|password|api-?key|authorization/i;

/**
 * The first flag that looks like it carries a token, without its value. Looked for before the
 * arguments are parsed, because a parser's message on an unknown flag repeats its value.
 */
export function findTokenFlag(args: string[]): string | null {
  const end = args.indexOf('--');
  const flags = args.slice(0, end < 0 ? args.length : end).filter((arg) => arg.startsWith('--'));
  const names = flags.map((flag) => flag.split('=', 1)[0] ?? flag);
  const known = TAKE_TOKEN_FILE.includes(args[0] ?? '') ? TOKEN_FILE : null;
  return names.find((name) => TOKEN_WORD.test(name) && name !== known) ?? null;
}

/** The workflow's own name for a token, in any spelling. */
export function isTokenKey(key: string): boolean {
  return key.replaceAll(/[-_]/g, '').toLowerCase() === 'bearertoken';
}
