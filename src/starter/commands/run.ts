import type { Command } from 'commander';
import { toCommandLine } from '../invocation.js';
import { addRunFlags } from '../run-flags.js';
import type { RunFlags } from '../run-flags.js';
import { parseRunRequest } from '../run-request.js';
import { say } from '../shell.js';
import type { Shell } from '../shell.js';

/** `run`: starts a crew, or attaches to the run that has the id, and waits for the result. */
export function addRunCommand(program: Command, shell: Shell): void {
  const command = program
    .command('run')
    .summary('start a crew and wait for its result')
    .description('Starts a crew, shows how far it is, and prints its output.');
  addRunFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  $ temporal-crewai run --crew research --input topic="AI agents"
  $ echo '{"topic": "AI agents"}' | temporal-crewai run --inputs-file - --json > result.json
  $ temporal-crewai run --id report-2026-11 --input month=11   # the same id again attaches
`,
    )
    .action(async (flags: RunFlags) => {
      const request = await parseRunRequest(flags, shell);
      const { attach } = await import('../attach.js');
      const { startRun } = await import('../start-run.js');
      const { withTemporal } = await import('../temporal.js');
      const status = toCommandLine(shell.invocation, ['status', request.workflowId], flags);
      await withTemporal(flags, shell, async (temporal) => {
        shell.onInterrupt = () => {
          say(
            shell,
            `\nInterrupted while the run was being started. To see whether it was:\n  ${status}`,
          );
        };
        const { run, started } = await startRun(temporal, request);
        if (!started) sayAttached(shell, run);
        await attach(shell, temporal, { ...run, crew: run.crew ?? request.crew }, flags);
      });
    });
}

function sayAttached(shell: Shell, { closedAt }: { closedAt: Date | null }): void {
  say(
    shell,
    closedAt === null
      ? 'A run with this id is under way: attached to it, nothing was started.'
      : 'A run with this id has ended: this is its result, nothing was started. --again runs it anew.',
  );
}
