import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { toSafeText } from '../safe-text.js';
import { say } from '../shell.js';
import type { Shell } from '../shell.js';
import { createUsageError } from '../starter-error.js';

interface CodecServerFlags {
  port: number;
  allowOrigin?: string[];
}

/** The Web UI of a development server, by both of this machine's names. */
const DEV_WEB_UI = ['http://localhost:8233', 'http://127.0.0.1:8233'];

/** `codec-server`: lets the Web UI and the Temporal CLI of this machine read encrypted runs. */
export function addCodecServerCommand(program: Command, shell: Shell): void {
  program
    .command('codec-server')
    .summary('let the Web UI read encrypted runs')
    .description(
      'Decrypts payloads for the Web UI in your browser (its codec server setting) and for the ' +
        'Temporal CLI (--codec-endpoint), with the payload keys of the environment. It serves this ' +
        'machine alone, and everybody on it, until Ctrl-C.',
    )
    .option('--port <port>', 'where it listens, on 127.0.0.1', toPort, 8081)
    .option(
      '--allow-origin <url...>',
      `Web UIs that may ask (default: ${DEV_WEB_UI.join(', ')}, and TEMPORAL_UI_URL)`,
    )
    .addHelpText(
      'after',
      `
Example:
  $ temporal-crewai codec-server --allow-origin https://temporal.example.com
`,
    )
    .action(async ({ port, allowOrigin }: CodecServerFlags) => {
      const { loadPayloadKeys, PayloadKeysConfigurationError } =
        await import('../../payload-codec.js');
      const { startCodecServer } = await import('../codec-server.js');
      const { TEMPORAL_UI_URL: uiUrl = '' } = shell.env;
      const allowed = allowOrigin ?? [...DEV_WEB_UI, ...(uiUrl === '' ? [] : [uiUrl])];
      const allowedOrigins = allowed.map(toOrigin);
      const said = new Set<string>();
      try {
        const keys = loadPayloadKeys(shell.env);
        if (keys.current() === null) {
          throw createUsageError(['There are no payload keys: set CREWAI_PAYLOAD_KEYS_FILE.']);
        }
        const server = await startCodecServer({
          keys,
          port,
          allowedOrigins,
          onProblem: (problem) => {
            // A page asks for each of its payloads: once is enough.
            if (!said.has(problem) && said.size < 100) say(shell, toSafeText(problem));
            said.add(problem);
          },
        });
        say(shell, `Codec server: ${server.url}, for ${allowedOrigins.join(', ')}`);
        if (!shell.interrupted.aborted) await once(shell.interrupted, 'abort');
        await server.close();
      } catch (error) {
        if (error instanceof PayloadKeysConfigurationError) {
          throw createUsageError([error.message], { cause: error });
        }
        if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
          throw createUsageError([`${error.message}. Choose another port with --port.`], {
            cause: error,
          });
        }
        throw error;
      }
    });
}

function toPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('give a number from 0 to 65535');
  }
  return Number(text);
}

function toOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // Of any other scheme the origin is "null", like that of pages which do not say whose they are.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw createUsageError([`"${text}" is not the URL of a Web UI, such as ${DEV_WEB_UI[0]}`]);
  }
  return url.origin;
}
