import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { DEFAULT_CREW } from '../contract.js';
import { DURATION_FORMAT, parseDurationMs } from '../duration.js';
import type { Crew } from '../crews.js';
import { createFileToken, createFixedToken, type CrewToken } from './crew-token.js';
import { parseCrewUrl } from './crew-url.js';
import { Mistake, type Mistakes } from './mistakes.js';

/**
 * How long `POST /kickoff` may take to be answered, unless the crew says otherwise: a deployment
 * that sleeps needs its time to wake up, and gateways commonly give up after 60 s themselves.
 */
export const DEFAULT_KICKOFF_TIMEOUT_MS = 60_000;

const KEYS = ['url', 'token', 'insecure', 'kickoff_timeout'];
const HOW_TO_REFERENCE = '`token = { file = "PATH" }` or `token = { env = "VARIABLE" }`';

/** Reads a `crews.toml`. What is wrong with it is added to `mistakes`; the other crews are returned. */
export function readCrewsFile(path: string, env: NodeJS.ProcessEnv, mistakes: Mistakes): Crew[] {
  const file = mistakes.attempt(path, () => parseToml(path));
  if (file === undefined) return [];
  const { crews = {}, ...rest } = file;
  for (const key of Object.keys(rest)) {
    mistakes.add(`${path}: ${key}`, 'is not known here: a crew is a table [crews.NAME]');
  }
  if (!isTable(crews) || Object.keys(crews).length === 0) {
    mistakes.add(`${path}: crews`, 'has to be a table [crews.NAME] for each crew');
    return [];
  }
  return Object.entries(crews).flatMap(([name, table]) => {
    const at = (key: string) => `${path}: crews.${name}${key}`;
    if (name.trim() === '') mistakes.add(at(''), 'a crew needs a name');
    if (name === DEFAULT_CREW && (env['CREWAI_AMP_URL'] ?? '') !== '') {
      mistakes.add(
        at(''),
        'is configured by CREWAI_AMP_URL as well: unset that, or give this crew another name',
      );
    }
    if (isTable(table)) return readCrew(name, table, { at, dir: dirname(path), env, mistakes });
    mistakes.add(at(''), 'has to be a table with `url` and `token`');
    return [];
  });
}

interface Context {
  at: (key: string) => string;
  dir: string;
  env: NodeJS.ProcessEnv;
  mistakes: Mistakes;
}

function readCrew(
  name: string,
  table: Record<string, unknown>,
  { at, dir, env, mistakes }: Context,
): Crew[] {
  for (const key of Object.keys(table).filter((key) => !KEYS.includes(key))) {
    mistakes.add(at(`.${key}`), `is not known: a crew has ${KEYS.join(', ')}`);
  }
  const { insecure = false, kickoff_timeout = DEFAULT_KICKOFF_TIMEOUT_MS } = table;
  if (typeof insecure !== 'boolean') mistakes.add(at('.insecure'), 'has to be true or false');
  const url = mistakes.attempt(at('.url'), () => {
    if (typeof table['url'] === 'string') return parseCrewUrl(table['url'], insecure === true);
    throw new Mistake('has to be the URL of the crew, as a text');
  });
  const kickoffTimeoutMs = mistakes.attempt(at('.kickoff_timeout'), () => {
    const parsed = parseDurationMs(kickoff_timeout);
    if (parsed !== null && parsed > 0) return parsed;
    throw new Mistake(`has to be a duration above 0: ${DURATION_FORMAT}`);
  });
  const token = mistakes.attempt(at('.token'), () => toToken(table['token'], dir, env));
  if (url === undefined || kickoffTimeoutMs === undefined || token === undefined) return [];
  return [{ name, url, kickoffTimeoutMs, token }];
}

function toToken(reference: unknown, dir: string, env: NodeJS.ProcessEnv): CrewToken {
  if (typeof reference === 'string') {
    throw new Mistake(`must not stand in this file: use ${HOW_TO_REFERENCE}`);
  }
  const entries = isTable(reference) ? Object.entries(reference) : [];
  const [[kind, value] = []] = entries;
  if (entries.length !== 1 || typeof value !== 'string' || value === '') {
    throw new Mistake(`has to be ${HOW_TO_REFERENCE}`);
  }
  switch (kind) {
    case 'file':
      return createFileToken(resolve(dir, value));
    case 'env':
      return createEnvToken(value, env);
    default:
      throw new Mistake(`has to be ${HOW_TO_REFERENCE}`);
  }
}

function createEnvToken(variable: string, env: NodeJS.ProcessEnv): CrewToken {
  const value = env[variable];
  // Which name that is, is not repeated: it may be a token in the wrong place.
  if (value === undefined) throw new Mistake('the environment has no variable of that name');
  try {
    return createFixedToken(value);
  } catch (error) {
    if (error instanceof Mistake) throw new Mistake(`the variable ${variable} ${error.message}`);
    throw error;
  }
}

function parseToml(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Mistake(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of its message, and so the error itself, quotes the lines around: a token, perhaps.
    const [what = ''] = error.message.split('\n');
    throw new Mistake(`line ${String(error.line)}, column ${String(error.column)}: ${what.trim()}`);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
