import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { createProgram } from './program.js';
import { toSafeText } from './safe-text.js';
import { paintOf, say, sayProse } from './shell.js';
import type { Shell } from './shell.js';
import { createUsageError, StarterError } from './starter-error.js';
import { findTokenFlag, TOKENS_BELONG } from './token-flags.js';

/** Runs one command line to its end and returns the exit code. Never throws. */
export async function runStarter(args: string[], shell: Shell): Promise<number> {
  try {
    return await Promise.race([runCommand(args, shell), untilInterrupted(shell)]);
  } catch (error) {
    return report(error, shell);
  }
}

async function runCommand(args: string[], shell: Shell): Promise<number> {
  const tokenFlag = findTokenFlag(args);
  if (tokenFlag !== null) {
    throw createUsageError([`There is no option ${tokenFlag}: ${TOKENS_BELONG}`]);
  }
  await createProgram(shell).parseAsync(args, { from: 'user' });
  return shell.exitCode;
}

async function untilInterrupted(shell: Shell): Promise<number> {
  await new Promise((resolve) => shell.interrupted.addEventListener('abort', resolve));
  shell.onInterrupt?.();
  return EXIT.detached;
}

function report(error: unknown, shell: Shell): number {
  // Commander has said what is wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  sayProse(shell, paintOf(shell.stderr, shell).red(`error: ${toSafeText(message)}`));
  if (error instanceof StarterError) return error.exitCode;
  if (shell.env.DEBUG !== undefined && error instanceof Error) say(shell, error.stack ?? '');
  return EXIT.failed;
}
