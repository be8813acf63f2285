import type { Command } from 'commander';
import { print, printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';
import { createUsageError } from '../starter-error.js';

/** `token keygen`: makes the pair of keys that seals and opens tokens. */
export function addTokenKeygenCommand(token: Command, shell: Shell): void {
  token
    .command('keygen')
    .summary('make a pair of keys')
    .description(
      'Writes NAME.private.json, which only you can read, and NAME.public.json. Overwrites nothing.',
    )
    .argument('[name]', 'where to write them', 'crewai-token')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai token keygen keys/2026-11
`,
    )
    .action(async (name: string, flags: { json?: boolean }) => {
      const { KeyFileError } = await import('../../sealing/key-file.js');
      const { KEYS_FOLDER } = await import('../../sealing/private-keys.js');
      const { PUBLIC_KEY_FILE } = await import('../own-token.js');
      const { writeKeyPair } = await import('../../sealing/write-key-pair.js');
      const pair = await writeKeyPair(name).catch((error: unknown) => {
        if (!(error instanceof KeyFileError)) throw error;
        throw createUsageError([error.message], { cause: error });
      });
      if (flags.json === true) {
        printJson(shell, pair);
        return;
      }
      print(shell, `${pair.privateKeyFile}\n${pair.publicKeyFile}`);
      say(shell, `The private key is for the workers alone, in the folder of ${KEYS_FOLDER}.`);
      say(shell, `The public key is for whoever starts runs, as ${PUBLIC_KEY_FILE}.`);
    });
}
