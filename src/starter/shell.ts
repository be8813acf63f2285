import type { Readable, Writable } from 'node:stream';
import wrapAnsi from 'wrap-ansi';
import { createPaint } from './paint.js';
import type { Paint } from './paint.js';
import { toSafeText } from './safe-text.js';

/** What `node:tty` adds to a stream. */
interface TerminalTraits {
  isTTY?: boolean;
  columns?: number;
  hasColors?(env?: object): boolean;
}

/** Everything a command sees and touches outside of itself, handed down from `src/starter.ts`. */
export interface Shell {
  stdin: Readable & { isTTY?: boolean };
  /** Results, and nothing else. */
  stdout: Writable & TerminalTraits;
  /** Progress, notices and errors. */
  stderr: Writable & TerminalTraits;
  env: Record<string, string | undefined>;
  /** How this program was called, for commands that it tells the user to enter. */
  invocation: string;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
  /** What is left to say and to clear away when Ctrl-C ends the command that is under way. */
  onInterrupt: (() => void) | null;
  exitCode: number;
}

/** Columns assumed where the terminal does not say: the classic width. */
const DEFAULT_COLUMNS = 80;

export function columnsOf(stream: TerminalTraits): number {
  return stream.columns || DEFAULT_COLUMNS;
}

/** Whether lines can be redrawn in place: a terminal that understands cursor movement. */
export function canRedraw(shell: Shell): boolean {
  return shell.stderr.isTTY === true && shell.env.TERM !== 'dumb';
}

/** Colours for a stream, none where it is no terminal or `NO_COLOR` is set. */
export function paintOf(stream: TerminalTraits, { env }: Shell): Paint {
  return createPaint(stream.isTTY === true && stream.hasColors?.(env) === true);
}

/** A line for the user, on stderr. */
export function say(shell: Shell, line: string): void {
  shell.stderr.write(`${line}\n`);
}

/** Text for the user, on stderr, broken between words on a terminal. */
export function sayProse(shell: Shell, text: string): void {
  say(shell, shell.stderr.isTTY === true ? wrapAnsi(text, columnsOf(shell.stderr)) : text);
}

/** A result, on stdout. What a terminal would take for a command is shown, not executed. */
export function print(shell: Shell, text: string): void {
  const shown = shell.stdout.isTTY === true ? toSafeText(text) : text;
  shell.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** The one JSON document of a command called with `--json`. */
export function printJson(shell: Shell, document: unknown): void {
  // JSON leaves the C1 controls as they are, and a terminal may execute them.
  const json = JSON.stringify(document, null, 2).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  shell.stdout.write(`${json}\n`);
}
