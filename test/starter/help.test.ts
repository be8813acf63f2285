import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCommand } from './command-line.js';

const COMMANDS = [
  'run',
  'start',
  'watch',
  'status',
  'result',
  'cancel',
  'list',
  'adopt',
  'retry-kickoff',
  'token',
  'token keygen',
  'token seal',
  'token replace',
  'codec-server',
].map((command) => command.split(' '));

const starter = fileURLToPath(new URL('../../src/starter.ts', import.meta.url));
const refuseTemporal = new URL('refuse-temporal.ts', import.meta.url).href;

/** The program in a process in which no `@temporalio` module can be loaded. */
async function runWithoutTemporal(...args: string[]) {
  return promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', '--import', refuseTemporal],
    ...[starter, ...args],
  ]);
}

describe('--help', () => {
  it.each([[], ...COMMANDS].map((command) => [command]))(
    'loads no @temporalio module: %s',
    async (command) => {
      const { stdout } = await runWithoutTemporal(...command, '--help');
      expect(stdout).toContain(['Usage: temporal-crewai', ...command].join(' '));
    },
  );

  it('is what loads none: a command that talks to Temporal does', async () => {
    await expect(runWithoutTemporal('list')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('imported @temporalio/') as string,
    });
  });

  it.each(COMMANDS.map((command) => [command.join(' '), command] as const))(
    'gives an example and the exit codes: %s',
    async (words, command) => {
      const { exitCode, stdout } = await runCommand([...command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`temporal-crewai ${words}`);
      expect(stdout).toMatch(/Examples?:\n {2}\$ /);
      expect(stdout).toMatch(/Exit codes:\n {2}0 /);
    },
  );
});

describe('a word that does not exist', () => {
  it.each([
    [['rnu'], '(Did you mean run?)'],
    [['run', '--inptu', 'a=1'], '(Did you mean --input?)'],
    [['list', '--limti', '1'], '(Did you mean --limit?)'],
  ])('gets a suggestion and exit code 2: %s', async (args, suggestion) => {
    const { exitCode, stderr, stdout } = await runCommand(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(suggestion);
    expect(stdout).toBe('');
  });

  it('is a usage error when there is no command at all', async () => {
    const { exitCode, stderr } = await runCommand([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Usage: temporal-crewai');
  });
});
