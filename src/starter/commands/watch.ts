import type { Command } from 'commander';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import type { Shell } from '../shell.js';

/** `watch`: follows a run that is there, as `run` does. */
export function addWatchCommand(program: Command, shell: Shell): void {
  const command = program
    .command('watch')
    .summary('follow a run until its result')
    .description('Shows how far a run is, and prints its output when it ends.')
    .argument('<id>', 'workflow id');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai watch agents-1
`,
    )
    .action(async (workflowId: string, flags: CommonFlags) => {
      const { attach } = await import('../attach.js');
      const { findRun } = await import('../find-run.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        await attach(shell, temporal, await findRun(temporal, workflowId), flags);
      });
    });
}
