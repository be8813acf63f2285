import { describe, expect, it } from 'vitest';
import { runCommand } from './command-line.js';

const SECRET = 'pk-1234567890';

describe('a token on the command line', () => {
  it.each([
    [['run', '--bearer-token', SECRET]],
    [['run', `--bearer-token=${SECRET}`]],
    [['run', `--token=${SECRET}`]],
    [['start', '--api-key', SECRET]],
    [['run', '--input', `bearerToken=${SECRET}`]],
    [['run', '--meta', `bearer_token=${SECRET}`]],
    [['run', '--inputs-file', '-']],
    [['watch', `--bearer-token-file=${SECRET}`]],
    [['token', 'seal', `--bearer-token=${SECRET}`]],
  ])('is refused, told where it belongs, and not repeated: %j', async (args) => {
    const { exitCode, stdout, stderr } = await runCommand(args, {
      stdin: JSON.stringify({ topic: 'x', bearerToken: SECRET }),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("tokens belong in the worker's configuration");
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it.each([
    [['run', '--bearer-token-file', SECRET], 'names a file that cannot be read (ENOENT)'],
    [['token', 'replace', 'id', `--bearer-token-file=${SECRET}`], 'that cannot be read (ENOENT)'],
    [['token', SECRET], 'token has the commands keygen, seal and replace'],
    [['token', 'seal', SECRET, '--bearer-token-file', '-'], 'too many arguments'],
  ])('in the place of something else is not repeated either: %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain(SECRET);
  });
});

describe('what lets a command in at Temporal', () => {
  it.each([
    [{ TEMPORAL_API_KEY: `${SECRET}\n` }, 'the API key has line ends'],
    [{ TEMPORAL_API_KEY: `${SECRET}ü` }, 'the API key has line ends or special characters'],
    [{ TEMPORAL_GRPC_META_AUTHORIZATION: `Bearer ${SECRET}\n` }, 'the authorization has line ends'],
  ])('is not repeated where no header can carry it: %j', async (env, message) => {
    const { exitCode, stdout, stderr } = await runCommand(['list'], { env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain(SECRET);
  });
});
