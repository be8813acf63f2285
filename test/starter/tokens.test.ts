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
  ])('is refused, told where it belongs, and not repeated: %j', async (args) => {
    const { exitCode, stdout, stderr } = await runCommand(args, {
      stdin: JSON.stringify({ topic: 'x', bearerToken: SECRET }),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("tokens belong in the worker's configuration");
    expect(stdout + stderr).not.toContain(SECRET);
  });
});
