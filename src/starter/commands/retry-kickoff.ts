import type { Command } from 'commander';
import { UPDATES } from '../../contract.js';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { toCommandLine } from '../invocation.js';
import { printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';

/** `retry-kickoff`: lets a run whose kickoff got no answer kick off once more. */
export function addRetryKickoffCommand(program: Command, shell: Shell): void {
  const command = program
    .command('retry-kickoff')
    .summary('let a run kick off once more')
    .description(
      'Resolves a kickoff of unknown outcome: the crew was not started, so start it once more. ' +
        'If it was, it then runs twice: look at CrewAI first.',
    )
    .argument('<id>', 'workflow id');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai retry-kickoff agents-1
`,
    )
    .action(async (workflowId: string, flags: CommonFlags) => {
      const { sendUpdate } = await import('../send-update.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        await sendUpdate(shell, temporal, workflowId, UPDATES.retryKickoff, {});
      });
      if (flags.json === true) {
        printJson(shell, { workflowId, kickoffRetried: true });
        return;
      }
      const watch = toCommandLine(shell.invocation, ['watch', workflowId], flags);
      say(shell, `The run kicks off once more. To follow it: ${watch}`);
    });
}
