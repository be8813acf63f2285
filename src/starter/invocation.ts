import path from 'node:path';
import type { ConnectionFlags } from './command-options.js';

/** How the user called this program, so that the commands it prints can be pasted. */
export function toInvocation(script: string, env: Record<string, string | undefined>): string {
  if (env.npm_lifecycle_event === 'start') return 'npm start --silent --';
  if (env.npm_command === 'exec') return 'npx temporal-crewai';
  const name = path.basename(script);
  return name.startsWith('temporal-crewai') ? 'temporal-crewai' : `node ${toShellWord(script)}`;
}

/** A command line of this program that reaches the same server and namespace. */
export function toCommandLine(
  invocation: string,
  words: string[],
  connection: ConnectionFlags,
): string {
  const flags = [
    ...(connection.address === undefined ? [] : ['--address', connection.address]),
    ...(connection.namespace === undefined ? [] : ['--namespace', connection.namespace]),
  ];
  return [invocation, ...[...words, ...flags].map(toShellWord)].join(' ');
}

function toShellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
