import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startNode } from '../../dev-server/child-process.js';
import { withoutConfiguration } from '../support/worker-process.js';
import { createMarks } from './marks.js';
import { Places } from './places.js';

const program = (name: string) => fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));

const { tag, create } = createMarks();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrong-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
/** The end of a program that cannot start, and all that it says. */
async function end(name: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = await startNode([program(name), ...args], {
    env: { ...withoutConfiguration(process.env), DEBUG: '1', ...env },
  });
  const { code } = await child.exited;
  const places = new Places();
  places.add(name, child.lines.join('\n'));
  return { code, said: child.lines.join('\n'), found: places.find(tag) };
}

it('a worker repeats no token from where it should not be', async () => {
  const token = create('misplaced');
  const { code, said, found } = await end('worker', [], {
    CREWAI_AMP_URL: `https://me:${encodeURIComponent(token)}@crew.example`,
    CREWAI_AMP_TOKEN: `Bearer ${token}`,
    CREWAI_PAYLOAD_KEYS: token,
    TEMPORAL_API_KEY: `${token}\n`,
    CREWAI_CREWS_FILE: await write(
      'crews.toml',
      [`'${token}'`, `{ env = '${token}' }`, `{ file = '${token}' }`, `{ value = '${token}' }`]
        .map((given, n) => `[crews.c${n}]\nurl = '${token}'\ntoken = ${given}\n`)
        .join(''),
    ),
  });
  expect(found).toEqual([]);
  expect(code).toBe(2);
  for (const place of ['CREWAI_AMP_URL', 'CREWAI_AMP_TOKEN', 'CREWAI_PAYLOAD_KEYS', 'API key']) {
    expect(said).toContain(place);
  }
  for (const n of [0, 1, 2, 3]) expect(said).toContain(`crews.c${n}.token: `);
});

it.each([
  ['worker', []],
  ['starter', ['list']],
])('no file that is not TOML is quoted: by the %s', async (name, args) => {
  const toml = `[profile.default]\napi_key = '${create('unterminated')}\n`;
  const { code, said, found } = await end(name, args, {
    CREWAI_CREWS_FILE: await write('broken.toml', toml),
    TEMPORAL_CONFIG_FILE: await write('temporal.toml', toml),
  });
  expect(found).toEqual([]);
  expect(code).toBe(2);
  expect(said).toContain('temporal.toml');
});
