#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DURATION_FORMAT, parseDurationMs } from './duration.js';

/** What the exit code says; the same numbers as the starter's. */
const EXIT = { stopped: 0, failed: 1, misconfigured: 2, unreachable: 3 } as const;

/**
 * By then a Temporal server that is started together with the worker is there; one that is still
 * missing is for whoever supervises the worker to see.
 */
const DEFAULT_CONNECT_TIMEOUT = '60s';

/** One Ctrl-C can arrive twice, from the terminal and passed on by npm; a person needs longer. */
const SAME_SIGNAL_MS = 500;

const HELP = `\
Runs crews as Temporal workflows until it is told to stop.

Usage: node dist/worker.js [--connect-timeout DURATION]

  --connect-timeout DURATION  how long to keep trying when Temporal cannot be reached
                              (default ${DEFAULT_CONNECT_TIMEOUT})
  --help                      shows this

Crews:
  CREWAI_AMP_URL, CREWAI_AMP_TOKEN   URL and bearer token of the crew "default"
  CREWAI_CREWS_FILE                  a TOML file with more of them:
                                       [crews.writers]
                                       url = "https://writers.crewai.com"
                                       token = { file = "writers.token" }  # or { env = "VARIABLE" }
                                       kickoff_timeout = "60s"  # for POST /kickoff to be answered

Encrypted payloads:
  CREWAI_PAYLOAD_KEYS_FILE           a file of keys, ID:KEY a line, each KEY from
                                     openssl rand -base64 32; the first encrypts what Temporal
                                     stores, all decrypt
  CREWAI_PAYLOAD_KEYS                the same, in the environment

Tokens that runs bring along, sealed (temporal-crewai token --help):
  CREWAI_TOKEN_KEYS_FOLDER           a folder with *.private.json, the private keys that open them;
                                     one that is added is found without a restart

Temporal:
  TEMPORAL_TASK_QUEUE                default "crewai"
  TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID
                                     the worker's version, for Temporal's worker versioning: it gets
                                     runs once its version is current
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…, temporal.toml
                                     as for Temporal's own tools; default localhost:7233

SIGTERM and Ctrl-C finish what is under way; a second one stops at once.

Exit codes:
  0  stopped when told to
  1  failed while running, or stopped at once
  2  wrong usage or configuration: nothing was connected
  3  Temporal could not be reached
`;

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const flags = parseFlags(args);
  if (typeof flags === 'string') {
    process.stderr.write(`${flags} See --help.\n`);
    return EXIT.misconfigured;
  }
  if (flags.help) {
    process.stdout.write(HELP);
    return EXIT.stopped;
  }
  const stop = stopOnSignal();
  // Only now, so that --help need not wait for Temporal's SDK.
  const { serve } = await import('./worker/serve.js');
  return EXIT[await serve(env, flags.connectTimeoutMs, stop)];
}

/** @returns the flags, or what is wrong with them */
function parseFlags(args: string[]): { help: boolean; connectTimeoutMs: number } | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        'connect-timeout': { type: 'string', default: DEFAULT_CONNECT_TIMEOUT },
      },
    });
    const connectTimeoutMs = parseDurationMs(values['connect-timeout']);
    if (connectTimeoutMs !== null) return { help: values.help, connectTimeoutMs };
    return `--connect-timeout has to be a duration: ${DURATION_FORMAT}.`;
  } catch (error) {
    if (error instanceof TypeError) return `${error.message}.`;
    throw error;
  }
}

/** Aborted, with its name as the reason, by the first signal; a second one ends the process. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) {
        if (performance.now() - firstAt < SAME_SIGNAL_MS) return;
        process.stderr.write(`${name} again: stopped at once. Kickoffs under way are cut off.\n`);
        process.exit(EXIT.failed);
      }
      firstAt = performance.now();
      stop.abort(name);
    });
  }
  return stop.signal;
}

try {
  // Ends the process even where something still waits, such as an attempt to connect.
  process.exit(await main(process.argv.slice(2), process.env));
} catch (error) {
  console.error('The worker failed:', error);
  process.exit(EXIT.failed);
}
