import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAdoptCommand } from './commands/adopt.js';
import { addCancelCommand } from './commands/cancel.js';
import { addCodecServerCommand } from './commands/codec-server.js';
import { addListCommand } from './commands/list.js';
import { addResultCommand } from './commands/result.js';
import { addRetryKickoffCommand } from './commands/retry-kickoff.js';
import { addRunCommand } from './commands/run.js';
import { addStartCommand } from './commands/start.js';
import { addStatusCommand } from './commands/status.js';
import { addTokenCommand } from './commands/token.js';
import { addWatchCommand } from './commands/watch.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import type { Shell } from './shell.js';

/**
 * The command line. Commands import Temporal only when they run: `--help` does not wait for it.
 */
export function createProgram(shell: Shell): Command {
  const program = new Command('temporal-crewai')
    .description('Runs CrewAI AMP crews as durable Temporal workflows.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      getOutHelpWidth: () => shell.stdout.columns ?? 80,
      getErrHelpWidth: () => shell.stderr.columns ?? 80,
    })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('afterAll', EXIT_CODES_HELP)
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai run --crew research --input topic="AI agents"

Environment:
  TEMPORAL_ADDRESS, …           as for Temporal's own tools, and temporal.toml
  CREWAI_PAYLOAD_KEYS_FILE      keys that encrypt what Temporal stores, as the worker has them;
                                or CREWAI_PAYLOAD_KEYS, the keys themselves
  CREWAI_TOKEN_PUBLIC_KEY_FILE  key that seals a token of your own (token --help)
`,
    );
  for (const addCommand of [
    addRunCommand,
    addStartCommand,
    addWatchCommand,
    addStatusCommand,
    addResultCommand,
    addCancelCommand,
    addListCommand,
    addAdoptCommand,
    addRetryKickoffCommand,
    addTokenCommand,
    addCodecServerCommand,
  ]) {
    addCommand(program, shell);
  }
  return program;
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
