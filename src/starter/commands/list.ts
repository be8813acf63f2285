import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { columnsOf, print, printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';

interface ListFlags extends CommonFlags {
  limit: number;
}

/** `list`: the latest runs. */
export function addListCommand(program: Command, shell: Shell): void {
  const command = program
    .command('list')
    .summary('list the latest runs')
    .description('Lists the latest runs, with the status of their crews where Temporal knows it.')
    .option('--limit <count>', 'at most so many runs', toCount, 20);
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai list --limit 5
`,
    )
    .action(async (flags: ListFlags) => {
      const { listRuns } = await import('../list-runs.js');
      const { toRunTable } = await import('../run-table.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        const runs = await listRuns(temporal, flags.limit);
        if (flags.json === true) printJson(shell, runs);
        else if (runs.length === 0) say(shell, `No runs in namespace "${temporal.namespace}".`);
        else print(shell, toRunTable(runs, Date.now(), columnsOf(shell.stdout)));
        if (runs.every(({ kickoffId }) => kickoffId !== null)) return;
        for (const problem of temporal.tolerant.problems) {
          say(shell, `Not all kickoffIds can be shown. ${problem}.`);
        }
      });
    });
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('give a number from 1 to 99999');
  return Number(text);
}
