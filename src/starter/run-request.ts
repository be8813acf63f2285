import { randomBytes } from 'node:crypto';
import type { Duration } from '@temporalio/common';
import { DEFAULT_TASK_QUEUE } from '../contract.js';
import type { CrewRunInput } from '../contract.js';
import { readInputsFile } from './inputs-file.js';
import { parseKeyValues } from './key-values.js';
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
  input: CrewRunInput;
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
  const timeout = parseDuration(flags.timeout, mistakes);
  const { kickoffId, inputsFile, onCrewError } = flags;

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
  // Last, as it may wait for stdin; read all the same, so that its mistakes are named with the others.
  const fromFile =
    inputsFile === undefined ? {} : await readInputsFile(inputsFile, shell, mistakes);
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
  };
}

/** A bare number would be milliseconds, which nobody means on a command line. */
function parseDuration(text: string | undefined, mistakes: string[]): Duration | undefined {
  if (text === undefined) return undefined;
  if (isDuration(text)) return text;
  mistakes.push(`--timeout ${text}: write a number and a unit, such as 90s, 15m or 2h`);
  return undefined;
}

function isDuration(text: string): text is `${number}s` {
  const [, number] = /^(\d+(?:\.\d+)?)(?:ms|s|m|h|d)$/.exec(text) ?? [];
  return number !== undefined && Number(number) > 0;
}
