import type { Command } from 'commander';
import { UPDATES } from '../../contract.js';
import type { BearerTokenReplacement } from '../../contract.js';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { toCommandLine } from '../invocation.js';
import { printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';

interface ReplaceFlags extends CommonFlags {
  bearerTokenFile: string;
}

/** `token replace`: gives a run another token. */
export function addTokenReplaceCommand(token: Command, shell: Shell): void {
  const command = token
    .command('replace')
    .summary('give a run a new token')
    .description(
      'Seals a token for a run that is under way and sends it there: for a run whose token was ' +
        'refused or has expired. It then polls at once.',
    )
    .argument('<id>', 'workflow id')
    .requiredOption('--bearer-token-file <file>', 'the token; - reads stdin');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai token replace agents-1 --bearer-token-file my.token
`,
    )
    .action(async (workflowId: string, flags: ReplaceFlags) => {
      const { EXPIRES_AFTER_TIMEOUT_MS, requireOwnToken } = await import('../own-token.js');
      const own = await requireOwnToken(flags.bearerTokenFile, shell);
      const { findTokenUser } = await import('../find-token-user.js');
      const { sendUpdate } = await import('../send-update.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        const { crew, timeoutAt } = await findTokenUser(temporal, workflowId);
        const sealedToken = await own.seal({
          crew,
          namespace: temporal.namespace,
          workflowId,
          expiresAt: timeoutAt.getTime() + EXPIRES_AFTER_TIMEOUT_MS,
        });
        const request = { sealedToken } satisfies BearerTokenReplacement;
        await sendUpdate(shell, temporal, workflowId, UPDATES.replaceBearerToken, request);
      });
      if (flags.json === true) {
        printJson(shell, { workflowId, bearerTokenReplaced: true });
        return;
      }
      const watch = toCommandLine(shell.invocation, ['watch', workflowId], flags);
      say(shell, `The run uses the new token from now on. To follow it: ${watch}`);
    });
}
