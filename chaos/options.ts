import { parseArgs } from 'node:util';
import { BROKEN, BROKEN_NAMES, type BrokenName } from './build.js';

export const HELP = `\
Tries to lose a run, or to double one: kills and stops workers, the Temporal server and the
crew's API at random, lets the API go wrong, and holds what it accepted against every run.

Usage: npm run chaos -- [options]

  --runs N       how many runs are started (default 40)
  --minutes M    for how long runs are started and processes are struck (default 1.5); what is
                 then still open gets 4 minutes to end
  --seed S       a whole number; the same one makes the same plan (default: one at random)
  --broken NAME  tries a build that breaks a promise on purpose, and has to be found out:
                 ${BROKEN_NAMES.join(', ')}
  --help

A try of 200 runs and 5 minutes or more also has to be hostile enough: at least 20% of the kickoffs
and 30% of the status requests are hit, by every kind of fault and of blow.

Exit code: 0 if nothing was lost, doubled, wrong or left open, 1 if anything was (or if a long try
was too gentle), 2 for wrong usage.
`;

export interface ChaosOptions {
  help: boolean;
  runs: number;
  minutes: number;
  seed: number;
  broken: BrokenName | null;
}

export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError */
export function parseOptions(args: string[]): ChaosOptions {
  const { values } = parse(args);
  return {
    help: values.help,
    runs: toNumber('runs', values.runs, /^[1-9]\d{0,4}$/),
    minutes: toNumber('minutes', values.minutes, /^(?=.*[1-9])\d{1,3}(\.\d+)?$/),
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 1e6)
        : toNumber('seed', values.seed, /^\d{1,15}$/),
    broken: toBroken(values.broken),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        runs: { type: 'string', default: '40' },
        minutes: { type: 'string', default: '1.5' },
        seed: { type: 'string' },
        broken: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function toNumber(name: string, text: string, pattern: RegExp): number {
  if (pattern.test(text)) return Number(text);
  throw new UsageError(`--${name} cannot be ${JSON.stringify(text)}.`);
}

function toBroken(name: string | undefined): BrokenName | null {
  if (name === undefined) return null;
  if (isBrokenName(name)) return name;
  throw new UsageError(`--broken has to be one of: ${BROKEN_NAMES.join(', ')}.`);
}

function isBrokenName(name: string): name is BrokenName {
  return Object.hasOwn(BROKEN, name);
}
