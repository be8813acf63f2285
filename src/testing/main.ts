/** `npm run simulated-amp`: a simulated AMP on its own, until it is interrupted. */
import { parseArgs } from 'node:util';
import { DIALECTS, exampleCrew, startSimulatedAmp } from './index.js';

const DEFAULT_TOKEN = 'simulated-token';

const HELP = `Usage: npm run simulated-amp -- [options]

Serves an example crew that writes about the input "topic". The input "outcome" may be
"error" or "cancelled". The accepted token is CREWAI_AMP_TOKEN, ${DEFAULT_TOKEN} if it is not set.

  --port N            port to listen on (default: one that is free)
  --dialect NAME      ${DIALECTS.join(' or ')} (default: live)
  --tasks N           how many tasks the crew has (default: 3)
  --task-ms N         how long each of them takes (default: 2000)
  --ledger-file FILE  keeps runs and requests; start again with it and the runs go on
  --help

Example: npm run simulated-amp -- --port 4010 --ledger-file ledger.jsonl
`;

class UsageError extends Error {}

function parseNumber(name: string, text: string, minimum: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum) return value;
  throw new UsageError(
    `--${name} is ${JSON.stringify(text)}; give a whole number from ${minimum}.`,
  );
}

function parseOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '0' },
      dialect: { type: 'string', default: 'live' },
      tasks: { type: 'string', default: '3' },
      'task-ms': { type: 'string', default: '2000' },
      'ledger-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const dialect = DIALECTS.find((name) => name === values.dialect);
  if (dialect === undefined) {
    throw new UsageError(`--dialect is ${values.dialect}; give one of: ${DIALECTS.join(', ')}.`);
  }
  return {
    help: values.help,
    dialect,
    port: parseNumber('port', values.port, 0),
    tasks: parseNumber('tasks', values.tasks, 1),
    taskMs: parseNumber('task-ms', values['task-ms'], 0),
    ledgerFile: values['ledger-file'],
  };
}

function isUsageError(error: unknown): error is Error {
  // parseArgs marks its own errors by such a code.
  return (
    error instanceof UsageError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  );
}

async function main(): Promise<void> {
  const { help, dialect, port, tasks, taskMs, ledgerFile } = parseOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const givenToken = process.env['CREWAI_AMP_TOKEN'];
  const amp = await startSimulatedAmp({
    dialect,
    port,
    token: givenToken ?? DEFAULT_TOKEN,
    requiredInputs: ['topic'],
    scenario: exampleCrew({ tasks, taskMs }),
    ...(ledgerFile === undefined ? {} : { ledgerFile }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void amp.stop());

  // A token from the environment is somebody's own: it is used, never shown.
  const tokenLine =
    givenToken === undefined
      ? `export CREWAI_AMP_TOKEN=${DEFAULT_TOKEN}`
      : '# CREWAI_AMP_TOKEN is taken from the environment';
  process.stdout.write(
    `Simulated AMP, ${dialect} dialect, at ${amp.url} (Ctrl-C ends it)\n\n` +
      `export CREWAI_AMP_URL=${amp.url}\n${tokenLine}\n`,
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = isUsageError(error) ? 2 : 1;
}
