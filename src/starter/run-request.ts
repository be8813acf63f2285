import { randomBytes } from 'node:crypto';
import { DEFAULT_TASK_QUEUE } from '../contract.js';
import type { CrewRunInput } from '../contract.js';
import { parseDurationFlag } from './duration-flag.js';
import { readInputsFile } from './inputs-file.js';
import { parseKeyValues } from './key-values.js';
import type { OwnToken } from './own-token.js';
import type { RunFlags } from './run-flags.js';
import type { Shell } from './shell.js';
import { createUsageError } from './starter-error.js';

/** A run to start, or to attach to where one with this id is there. */
export interface RunRequest {
  workflowId: string;
  taskQueue: string;
  /** A new run is wanted although one with this id may have ended. */
  again: boolean;
  crew: string;
  input: Omit<CrewRunInput, 'bearerToken'>;
  /** Sealed, it becomes a part of the input; absent where the run uses the crew's own. */
  token?: OwnToken;
}

/** The server's default limit on ids, `limit.maxIDLength`. */
const MAX_ID_LENGTH = 1_000;

/**
 * Checks all that `run` and `start` were given, before anything is sent.
 *
 * @throws StarterError that names every mistake, exit code 2.
 */
export async function parseRunRequest(flags: RunFlags, shell: Shell): Promise<RunRequest> {
  const mistakes: string[] = [];
  const given = parseKeyValues('--input', flags.input ?? [], mistakes);
  const meta = parseKeyValues('--meta', flags.meta ?? [], mistakes);
  const { kickoffId, inputsFile, onCrewError, bearerTokenFile } = flags;
  const timeout =
    flags.timeout === undefined
      ? undefined
      : parseDurationFlag('--timeout', flags.timeout, mistakes);

  if (Object.hasOwn(meta, 'temporal')) {
    mistakes.push("--meta temporal is the workflow's own key: choose another");
  }
  if (kickoffId !== undefined && (flags.input !== undefined || inputsFile !== undefined)) {
    mistakes.push(
      '--kickoff-id watches a run that has its inputs: leave out --input, --inputs-file',
    );
  }
  if (flags.again === true && flags.id === undefined) {
    mistakes.push('--again repeats a run by its id: give --id as well');
  }
  const texts = { '--crew': flags.crew, '--id': flags.id, '--kickoff-id': kickoffId };
  for (const [flag, text] of Object.entries(texts)) {
    if (text?.trim() === '') mistakes.push(`${flag} is empty`);
    if ((text?.length ?? 0) > MAX_ID_LENGTH) {
      mistakes.push(`${flag} is longer than ${MAX_ID_LENGTH} characters`);
    }
  }
  if (inputsFile === '-' && bearerTokenFile === '-') {
    mistakes.push('--inputs-file - and --bearer-token-file - cannot both read stdin');
  }
  // Last, as it may wait for stdin; read all the same, so that its mistakes are named with the others.
  const fromFile =
    inputsFile === undefined ? {} : await readInputsFile(inputsFile, shell, mistakes);
  const token =
    bearerTokenFile === undefined ? null : await readTokenOf(bearerTokenFile, shell, mistakes);
  if (mistakes.length > 0) throw createUsageError(mistakes);

  return {
    workflowId: flags.id ?? `crew-${flags.crew}-${randomBytes(8).toString('hex')}`,
    taskQueue: flags.taskQueue ?? shell.env.TEMPORAL_TASK_QUEUE ?? DEFAULT_TASK_QUEUE,
    again: flags.again === true,
    crew: flags.crew,
    input: {
      crew: flags.crew,
      ...(kickoffId === undefined ? { inputs: { ...fromFile, ...given } } : { kickoffId }),
      ...(Object.keys(meta).length > 0 && { meta }),
      ...(timeout !== undefined && { timeout }),
      ...(onCrewError !== undefined && { onCrewError }),
    },
    ...(token !== null && { token }),
  };
}

async function readTokenOf(file: string, shell: Shell, mistakes: string[]) {
  // Only now: what seals takes time to load, and few runs bring a token along.
  const { readOwnToken } = await import('./own-token.js');
  return readOwnToken(file, shell, mistakes);
}
