import { PassThrough } from 'node:stream';
import { runStarter } from '../../src/starter/run-starter.js';

export interface CommandLine {
  /** Text so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when stderr contains the text. */
  untilStderr(text: string): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
  exitCode: Promise<number>;
}

export interface CommandLineOptions {
  env?: Record<string, string>;
  stdin?: string;
  /** Columns of the terminal that stderr is; without it stderr is a pipe. */
  terminal?: number;
}

/** Runs one command line in this process, with streams of its own in place of the terminal's. */
export function startCommand(args: string[], options: CommandLineOptions = {}): CommandLine {
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? '');
  const stdout = collect(new PassThrough());
  const { terminal } = options;
  const stderr = collect(
    Object.assign(
      new PassThrough(),
      terminal === undefined ? {} : { isTTY: true, columns: terminal, rows: 40 },
    ),
  );
  const interrupt = new AbortController();
  const exitCode = runStarter(args, {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    invocation: 'temporal-crewai',
    interrupted: interrupt.signal,
    onInterrupt: null,
    exitCode: 0,
  });
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    untilStderr: stderr.until,
    interrupt: () => interrupt.abort(),
    exitCode,
  };
}

/** Runs one command line to its end. */
export async function runCommand(
  args: string[],
  options: CommandLineOptions = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const command = startCommand(args, options);
  const exitCode = await command.exitCode;
  return { exitCode, stdout: command.stdout(), stderr: command.stderr() };
}

function collect<Stream extends PassThrough>(stream: Stream) {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    stream,
    text: () => text,
    until: async (wanted: string) => {
      while (!text.includes(wanted)) {
        await new Promise((resolve) => stream.once('data', resolve));
      }
    },
  };
}
