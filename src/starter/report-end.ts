import type { CommonFlags } from './command-options.js';
import { EXIT } from './exit-codes.js';
import type { FoundRun } from './find-run.js';
import { toCommandLine } from './invocation.js';
import { toNextSteps } from './next-steps.js';
import type { RunEnd } from './run-end.js';
import { toSafeLine, toSafeText } from './safe-text.js';
import { paintOf, print, printJson, say, sayProse } from './shell.js';
import type { Shell } from './shell.js';
import { toShortDuration } from './short-duration.js';

/** Prints how a run ended: its output on stdout, the rest on stderr; sets the exit code. */
export function reportEnd(shell: Shell, run: FoundRun, end: RunEnd, flags: CommonFlags): void {
  const { workflowId, runId } = run;
  const paint = paintOf(shell.stderr, shell);
  const endedAt = run.closedAt ?? new Date();
  const took = toShortDuration(endedAt.getTime() - run.startedAt.getTime());
  shell.exitCode = EXIT.failed;

  if (end.ended === 'failed') {
    const failure = { ...end.failure, kickoffId: end.failure.kickoffId ?? run.kickoffId };
    const kickoff = failure.kickoffId && `kickoff ${toSafeLine(failure.kickoffId)}`;
    const facts = [failure.type, kickoff, `after ${took}`].filter(Boolean).join(' · ');
    sayProse(shell, paint.red(`✘ ${toSafeText(failure.message)}`));
    say(shell, paint.dim(`  ${facts}`));
    const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, flags);
    for (const step of toNextSteps(failure, run.crew, toCommand)) say(shell, step);
    if (flags.json === true) printJson(shell, { workflowId, runId, failure });
    return;
  }

  const { output } = end;
  const kickoff = paint.dim(`  kickoff ${toSafeLine(output.kickoffId)}`);
  if (output.status === 'error') {
    const error = toSafeText(output.error ?? 'it gave no reason');
    sayProse(shell, paint.red(`✘ The crew ended in error after ${took}: ${error}`));
    say(shell, kickoff);
  } else {
    shell.exitCode = EXIT.done;
    say(shell, paint.green(`✔ completed in ${took}`));
    say(shell, kickoff);
  }
  if (flags.json === true) printJson(shell, output);
  else if (output.output !== null) {
    if (shell.stdout.isTTY === true) say(shell, '');
    print(shell, output.output);
  } else if (output.status === 'completed') say(shell, 'The crew completed without an output.');
}
