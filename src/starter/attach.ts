import type { CommonFlags } from './command-options.js';
import type { TemporalClient } from './create-client.js';
import { createDisplay } from './display.js';
import { refreshRun } from './find-run.js';
import type { FoundRun } from './find-run.js';
import { followRun } from './follow-run.js';
import { toCommandLine } from './invocation.js';
import { reportEnd } from './report-end.js';
import { toRunHeader } from './run-header.js';
import { paintOf, say } from './shell.js';
import type { Shell } from './shell.js';

/** Follows a run to its end, live, and reports the end. Ctrl-C leaves the run as it is. */
export async function attach(
  shell: Shell,
  temporal: TemporalClient,
  run: FoundRun,
  flags: CommonFlags,
): Promise<void> {
  const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, flags);
  const paint = paintOf(shell.stderr, shell);
  const uiUrl = shell.env.TEMPORAL_UI_URL;
  for (const line of toRunHeader(temporal, run, { paint, uiUrl })) say(shell, line);
  const display = createDisplay(shell, toCommand);
  shell.onInterrupt = () => {
    display.close({ keep: true });
    sayDetached(shell, toCommand(['watch', run.workflowId]));
  };
  const end = await followRun(temporal, run, display);
  shell.onInterrupt = null;
  reportEnd(shell, await refreshRun(temporal, run), end, flags);
}

export function sayDetached(shell: Shell, command: string): void {
  say(shell, `\nDetached. The run goes on. To attach again:\n  ${command}`);
}
