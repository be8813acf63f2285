import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_CREW, DEFAULT_TASK_QUEUE, DEFAULT_TIMEOUT } from '../contract.js';
import { addCommonFlags } from './command-options.js';
import type { CommonFlags } from './command-options.js';

/** What `run` and `start` take, as commander hands it over. */
export interface RunFlags extends CommonFlags {
  crew: string;
  input?: string[];
  inputsFile?: string;
  meta?: string[];
  id?: string;
  again?: boolean;
  kickoffId?: string;
  timeout?: string;
  onCrewError?: 'return' | 'fail';
  taskQueue?: string;
  bearerTokenFile?: string;
}

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];

export function addRunFlags(command: Command): Command {
  return addCommonFlags(
    command
      .option('--crew <name>', 'a crew that the worker knows', DEFAULT_CREW)
      .option('--input <key=value>', "one of the crew's inputs, as text (repeatable)", collect)
      .option('--inputs-file <file>', 'inputs as a JSON object; - reads stdin')
      .option('--meta <key=value>', 'sent along, echoed by the API (repeatable)', collect)
      .option('--id <id>', 'workflow id; the same id again attaches to the run that is there')
      .option('--again', 'start a new run although one with this --id has ended')
      .option('--kickoff-id <id>', 'watch a run that CrewAI knows already instead of starting one')
      .option(
        '--timeout <duration>',
        `how long to wait in all, such as 90s or 2h (default: ${DEFAULT_TIMEOUT})`,
      )
      .addOption(
        new Option(
          '--on-crew-error <what>',
          'whether a crew that ends in error is a result of the run or fails it',
        ).choices(['return', 'fail']),
      )
      .option(
        '--task-queue <name>',
        `queue of the worker (env: TEMPORAL_TASK_QUEUE, default: ${DEFAULT_TASK_QUEUE})`,
      )
      .option(
        '--bearer-token-file <file>',
        "a token to use in place of the crew's own; sealed for this run, with the public key of " +
          'CREWAI_TOKEN_PUBLIC_KEY_FILE, before anything is sent; - reads stdin',
      ),
  );
}
