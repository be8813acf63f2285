import type { Command } from 'commander';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { toCommandLine } from '../invocation.js';
import { columnsOf, paintOf, printJson } from '../shell.js';
import type { Shell } from '../shell.js';

/** `status`: how a run stands now. */
export function addStatusCommand(program: Command, shell: Shell): void {
  const command = program
    .command('status')
    .summary('print how a run stands')
    .description('Prints how a run stands now: its progress, or how it ended.')
    .argument('<id>', 'workflow id');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai status agents-1 --json
`,
    )
    .action(async (workflowId: string, flags: CommonFlags) => {
      const { readRunStatus } = await import('../read-run-status.js');
      const { toRunHeader } = await import('../run-header.js');
      const { toStatusLines } = await import('../status-lines.js');
      const { withTemporal } = await import('../temporal.js');
      const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, flags);
      const uiUrl = shell.env.TEMPORAL_UI_URL;
      await withTemporal(flags, shell, async (temporal) => {
        const status = await readRunStatus(temporal, workflowId, uiUrl);
        if (flags.json === true) {
          printJson(shell, status.document);
          return;
        }
        const paint = paintOf(shell.stdout, shell);
        const columns = columnsOf(shell.stdout);
        const lines = [
          ...toRunHeader(temporal, status.run, { paint, uiUrl }),
          ...toStatusLines(status, { columns, paint, toCommand }),
        ];
        shell.stdout.write(`${lines.join('\n')}\n`);
      });
    });
}
