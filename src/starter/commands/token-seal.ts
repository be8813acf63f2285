import type { Command } from 'commander';
import { DEFAULT_CREW } from '../../contract.js';
import { parseDurationMs } from '../../duration.js';
import { parseDurationFlag } from '../duration-flag.js';
import { print, printJson, say } from '../shell.js';
import type { Shell } from '../shell.js';
import { createUsageError } from '../starter-error.js';

interface SealFlags {
  bearerTokenFile: string;
  crew: string;
  id?: string;
  anyRun?: boolean;
  expiresIn: string;
  namespace?: string;
  json?: boolean;
}

/** `token seal`: seals a token for the input of a run that is started by other means. */
export function addTokenSealCommand(token: Command, shell: Shell): void {
  token
    .command('seal')
    .summary('seal a token for a run that is started elsewhere')
    .description(
      'Prints a sealed token, for `bearerToken` in the input of a run that is not started by this ' +
        'program. It serves one crew, one namespace and one workflow id, until it expires.',
    )
    .requiredOption('--bearer-token-file <file>', 'the token; - reads stdin')
    .option('--crew <name>', 'the crew that takes it', DEFAULT_CREW)
    .option('--id <id>', 'workflow id of the run')
    .option('--any-run', 'for any run of the crew: a schedule, whose ids are not known')
    .option('--expires-in <duration>', 'how long it serves; a run waits 24h by default', '25h')
    .option('--namespace <name>', 'Temporal namespace (env: TEMPORAL_NAMESPACE)')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai token seal --bearer-token-file my.token --crew research --id agents-1
`,
    )
    .action(async (flags: SealFlags) => {
      const { crew, id, anyRun = false } = flags;
      const mistakes: string[] = [];
      const expiresIn = parseDurationFlag('--expires-in', flags.expiresIn, mistakes);
      if ((id !== undefined) === anyRun || id?.trim() === '') {
        mistakes.push('give the workflow id of the run with --id, or --any-run');
      }
      const { requireOwnToken } = await import('../own-token.js');
      const own = await requireOwnToken(flags.bearerTokenFile, shell, mistakes);
      const purpose = {
        crew,
        namespace: flags.namespace ?? (await readNamespace(shell)),
        workflowId: id ?? null,
        expiresAt: Date.now() + (parseDurationMs(expiresIn) ?? 0),
      };
      const sealedToken = await own.seal(purpose);
      const expiresAt = new Date(purpose.expiresAt).toISOString();
      if (flags.json === true) {
        printJson(shell, { sealedToken, kid: own.kid, ...purpose, expiresAt });
        return;
      }
      print(shell, sealedToken);
      const run = id === undefined ? 'any run' : `the run "${id}"`;
      const where = `of crew "${crew}" in namespace "${purpose.namespace}"`;
      say(shell, `For ${run} ${where}, until ${expiresAt}.`);
    });
}

async function readNamespace({ env }: Shell): Promise<string> {
  const { loadTemporalConfig, TemporalConfigurationError } =
    await import('../../temporal-config.js');
  try {
    return loadTemporalConfig(env).namespace;
  } catch (error) {
    if (!(error instanceof TemporalConfigurationError)) throw error;
    throw createUsageError([error.message], { cause: error });
  }
}
