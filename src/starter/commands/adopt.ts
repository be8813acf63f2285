import type { Command } from 'commander';
import { UPDATES } from '../../contract.js';
import type { KickoffKnown } from '../../contract.js';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { toCommandLine } from '../invocation.js';
import { printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';
import { createUsageError } from '../starter-error.js';

/** `adopt`: gives a run whose kickoff got no answer the id that CrewAI knows it by. */
export function addAdoptCommand(program: Command, shell: Shell): void {
  const command = program
    .command('adopt')
    .summary('tell a run the id of its kickoff')
    .description(
      'Resolves a kickoff of unknown outcome: the crew was started, and this is its kickoff id.',
    )
    .argument('<id>', 'workflow id')
    .argument('<kickoff-id>', "the id of the execution in CrewAI's dashboard");
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai adopt agents-1 0d5f3ad2-8d1c-4e0a-9d4b-1c2f3a4b5c6d
`,
    )
    .action(async (workflowId: string, kickoffId: string, flags: CommonFlags) => {
      if (kickoffId.trim() === '') throw createUsageError(['the kickoff id is empty']);
      const { sendUpdate } = await import('../send-update.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        const request = { kickoffId } satisfies KickoffKnown;
        await sendUpdate(shell, temporal, workflowId, UPDATES.adoptKickoff, request);
      });
      if (flags.json === true) {
        printJson(shell, { workflowId, kickoffId });
        return;
      }
      const watch = toCommandLine(shell.invocation, ['watch', workflowId], flags);
      say(shell, `The run has adopted the kickoff and goes on. To follow it: ${watch}`);
    });
}
