import type { Command } from 'commander';
import { addCommonFlags } from '../command-options.js';
import type { CommonFlags } from '../command-options.js';
import { EXIT } from '../exit-codes.js';
import { toCommandLine } from '../invocation.js';
import { printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';
import { StarterError } from '../starter-error.js';

/** `cancel`: asks a run to end. */
export function addCancelCommand(program: Command, shell: Shell): void {
  const command = program
    .command('cancel')
    .summary('end a run; the crew itself goes on')
    .description(
      'Requests cancellation of a run: it stops waiting. The crew, once kicked off, goes on at CrewAI.',
    )
    .argument('<id>', 'workflow id');
  addCommonFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai cancel agents-1
`,
    )
    .action(async (workflowId: string, flags: CommonFlags) => {
      const { findRun } = await import('../find-run.js');
      const { withTemporal } = await import('../temporal.js');
      await withTemporal(flags, shell, async (temporal) => {
        // A run that cannot be read can be cancelled all the same.
        const { client } = temporal.tolerant;
        const { runId, closedAt } = await findRun({ ...temporal, client }, workflowId);
        if (closedAt !== null) {
          throw new StarterError(
            EXIT.failed,
            `The run "${workflowId}" ended at ${closedAt.toISOString()}: nothing is left to cancel.`,
          );
        }
        await client.workflow.getHandle(workflowId, runId).cancel();
        if (flags.json === true) {
          printJson(shell, { workflowId, runId, cancellationRequested: true });
          return;
        }
        say(shell, 'Cancellation requested. The run ends as soon as its worker takes note.');
        say(
          shell,
          `To see it end: ${toCommandLine(shell.invocation, ['watch', workflowId], flags)}`,
        );
      });
    });
}
