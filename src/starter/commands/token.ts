import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { createUsageError } from '../starter-error.js';
import { addTokenKeygenCommand } from './token-keygen.js';
import { addTokenReplaceCommand } from './token-replace.js';
import { addTokenSealCommand } from './token-seal.js';

/** `token`: bearer tokens that runs bring along, sealed. */
export function addTokenCommand(program: Command, shell: Shell): void {
  const command = program
    .command('token')
    .summary('seal bearer tokens that runs bring along')
    .description(
      'For runs that bring a bearer token of their own along: it is sealed with a public key, and ' +
        'only the workers, which have the private key, can open it.',
    )
    .usage('<keygen|seal|replace> [options]')
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai token keygen keys/2026-11
`,
    )
    // What is no command is not repeated: it may be a token.
    .action(() => {
      throw createUsageError(['token has the commands keygen, seal and replace: see --help']);
    });
  addTokenKeygenCommand(command, shell);
  addTokenSealCommand(command, shell);
  addTokenReplaceCommand(command, shell);
  // Last, or the commands would inherit it.
  command.allowExcessArguments();
}
