import type { Command } from 'commander';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import type { Shell } from '../shell.js';

/** `result`: waits for the end of a run without showing it, and prints the output. */
export function addResultCommand(program: Command, shell: Shell): void {
  const command = program
    .command('result')
    .summary('wait for a run and print its output')
    .description('Waits for the end of a run and prints its output, without showing progress.')
    .argument('<id>', 'workflow id');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai result agents-1 --json
`,
    )
    .action(async (workflowId: string, flags: CommonFlags) => {
      const { sayDetached } = await import('../attach.js');
      const { findRun, refreshRun } = await import('../find-run.js');
      const { followRun } = await import('../follow-run.js');
      const { toCommandLine } = await import('../invocation.js');
      const { createTroubleDisplay } = await import('../trouble-display.js');
      const { reportEnd } = await import('../report-end.js');
      const { withTemporal } = await import('../temporal.js');
      const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, flags);
      await withTemporal(flags, shell, async (temporal) => {
        const run = await findRun(temporal, workflowId);
        shell.onInterrupt = () => sayDetached(shell, toCommand(['result', workflowId]));
        const end = await followRun(temporal, run, createTroubleDisplay(shell, toCommand));
        shell.onInterrupt = null;
        reportEnd(shell, await refreshRun(temporal, run), end, flags);
      });
    });
}
