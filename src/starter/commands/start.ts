import type { Command } from 'commander';
import { toCommandLine } from '../invocation.js';
import { addRunFlags } from '../run-flags.js';
import type { RunFlags } from '../run-flags.js';
import { parseRunRequest } from '../run-request.js';
import { print, printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';
import { toWebUiLink } from '../web-ui.js';

/** `start`: starts a crew and returns at once. */
export function addStartCommand(program: Command, shell: Shell): void {
  const command = program
    .command('start')
    .summary('start a crew and return at once')
    .description('Starts a crew and prints how to follow it.');
  addRunFlags(command)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai start --crew research --input topic="AI agents" --id agents-1
`,
    )
    .action(async (flags: RunFlags) => {
      const request = await parseRunRequest(flags, shell);
      const { startRun } = await import('../start-run.js');
      const { withTemporal } = await import('../temporal.js');
      const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, flags);
      await withTemporal(flags, shell, async (temporal) => {
        const { address, namespace } = temporal;
        const { run, started } = await startRun(temporal, request);
        const { workflowId, runId } = run;
        const webUi = toWebUiLink(run, { address, namespace, uiUrl: shell.env.TEMPORAL_UI_URL });
        if (flags.json === true) {
          printJson(shell, { workflowId, runId, started, webUi });
          return;
        }
        print(shell, workflowId);
        const there = run.closedAt === null ? 'is under way' : 'has ended';
        say(
          shell,
          started
            ? `Started, run id ${runId}`
            : `A run with this id ${there}, nothing was started; its run id is ${runId}`,
        );
        if (webUi !== null) say(shell, `Web UI  ${webUi}`);
        say(shell, `Watch   ${toCommand(['watch', workflowId])}`);
        say(shell, `Result  ${toCommand(['result', workflowId])}`);
      });
    });
}
