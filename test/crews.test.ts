import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CrewsConfigurationError, loadCrews, type Crews } from '../src/crews.js';

const TOKEN = 's3cr3t-t0k3n';
const URL = 'https://writers.crewai.com';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'crews-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const write = (name: string, content: string): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

const loadFile = (toml: string, env: NodeJS.ProcessEnv = {}): Crews =>
  loadCrews({ CREWAI_CREWS_FILE: write('crews.toml', toml), WRITERS_TOKEN: TOKEN, ...env });

/** The mistakes that loading reports, with the file's own path cut off; none of them shows the token. */
const mistakesOf = (load: () => Crews): string[] => {
  try {
    load();
  } catch (error) {
    if (!(error instanceof CrewsConfigurationError)) throw error;
    const shown = JSON.stringify([error, error.message, error.stack, error.cause]);
    expect(shown).not.toContain(TOKEN);
    return error.mistakes.map((mistake) => mistake.replaceAll(join(dir, '/'), ''));
  }
  throw new Error('no mistake was reported');
};

/** The keys of a crew that is all right, to be overridden. */
const crew = (keys: Record<string, string> = {}) =>
  Object.entries({ url: `"${URL}"`, token: '{ env = "WRITERS_TOKEN" }', ...keys })
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n');

describe('crews from the environment', () => {
  it('CREWAI_AMP_URL and CREWAI_AMP_TOKEN make the crew "default"', async () => {
    const crews = loadCrews({ CREWAI_AMP_URL: `${URL}/`, CREWAI_AMP_TOKEN: `${TOKEN}\n` });
    expect([...crews.keys()]).toEqual(['default']);
    expect(crews.get('default')).toMatchObject({ url: URL, kickoffTimeoutMs: 60_000 });
    expect(await crews.get('default')?.token()).toBe(TOKEN);
    expect(await crews.get('default')?.token(TOKEN)).toBe(TOKEN);
  });

  it.each([
    [{ CREWAI_AMP_URL: URL }, 'CREWAI_AMP_TOKEN: is not set, but CREWAI_AMP_URL is: set both'],
    [
      { CREWAI_AMP_URL: URL, CREWAI_AMP_TOKEN: '' },
      'CREWAI_AMP_TOKEN: is not set, but CREWAI_AMP_URL is: set both',
    ],
    [{ CREWAI_AMP_TOKEN: TOKEN }, 'CREWAI_AMP_URL: is not set, but CREWAI_AMP_TOKEN is: set both'],
    [
      { CREWAI_AMP_URL: URL, CREWAI_AMP_TOKEN: `Bearer ${TOKEN}` },
      'CREWAI_AMP_TOKEN: has to hold the token alone: it has spaces, lines or special characters',
    ],
    [{ CREWAI_AMP_URL: URL, CREWAI_AMP_TOKEN: ' \n' }, 'CREWAI_AMP_TOKEN: is empty'],
  ])('%o is a mistake', (env, mistake) => {
    expect(mistakesOf(() => loadCrews(env))).toEqual([mistake]);
  });

  it.each([{}, { CREWAI_AMP_URL: '', CREWAI_AMP_TOKEN: '', CREWAI_CREWS_FILE: '' }])(
    'no crew at all (%o) is a mistake that says how to configure one',
    (env) => {
      const [mistake] = mistakesOf(() => loadCrews(env));
      expect(mistake).toMatch(/CREWAI_AMP_URL.*CREWAI_AMP_TOKEN.*CREWAI_CREWS_FILE.*\[crews\./s);
    },
  );
});

describe('the URL of a crew', () => {
  it.each([
    [URL, URL],
    [`${URL}/base/path//`, `${URL}/base/path`],
    ['HTTPS://Writers.crewai.com:443', URL],
    ['http://localhost:8000', 'http://localhost:8000'],
    ['http://amp.localhost', 'http://amp.localhost'],
    ['http://127.0.0.2:8000', 'http://127.0.0.2:8000'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:8000', 'http://[::1]:8000'],
  ])('%s is taken', (url, normal) => {
    const crews = loadCrews({ CREWAI_AMP_URL: url, CREWAI_AMP_TOKEN: TOKEN });
    expect(crews.get('default')?.url).toBe(normal);
  });

  it.each([
    ['writers.crewai.com', /such as https/],
    ['ftp://writers.crewai.com', /such as https/],
    [TOKEN, /such as https/],
    [`https://me:${TOKEN}@writers.crewai.com`, /user name or password/],
    [`${URL}?token=${TOKEN}`, /query or fragment/],
    [`${URL}/#`, /query or fragment/],
    ['http://writers.crewai.com', /has to be https/],
    ['http://127.0.0.1.crewai.com', /has to be https/],
    ['http://localhost.crewai.com', /has to be https/],
  ])('%s is refused', (url, mistake) => {
    const load = () => loadCrews({ CREWAI_AMP_URL: url, CREWAI_AMP_TOKEN: TOKEN });
    expect(mistakesOf(load)).toEqual([expect.stringMatching(mistake)]);
  });
});

describe('crews from a file', () => {
  it('each have a URL, a token that is a reference, and their own timeout', async () => {
    write('reviewers.token', `${TOKEN}\r\n`);
    const crews = loadFile(`
      [crews.writers]
      url = "${URL}"
      token = { env = "WRITERS_TOKEN" }
      kickoff_timeout = "90s"

      [crews.reviewers]
      url = "http://reviewers.internal:8000"
      token = { file = "reviewers.token" }
      insecure = true
    `);
    expect([...crews.keys()]).toEqual(['writers', 'reviewers']);
    expect(crews.get('writers')).toMatchObject({ url: URL, kickoffTimeoutMs: 90_000 });
    expect(crews.get('reviewers')).toMatchObject({
      url: 'http://reviewers.internal:8000',
      kickoffTimeoutMs: 60_000,
    });
    expect(await crews.get('writers')?.token()).toBe(TOKEN);
    expect(await crews.get('reviewers')?.token()).toBe(TOKEN);
  });

  it('stand beside the one from the environment', () => {
    const env = { CREWAI_AMP_URL: URL, CREWAI_AMP_TOKEN: TOKEN };
    expect([...loadFile(`[crews.writers]\n${crew()}`, env).keys()]).toEqual(['default', 'writers']);
  });

  it('must not configure "default" a second time', () => {
    const env = { CREWAI_AMP_URL: URL, CREWAI_AMP_TOKEN: TOKEN };
    expect(mistakesOf(() => loadFile(`[crews.default]\n${crew()}`, env))).toEqual([
      expect.stringMatching(/^crews.toml: crews.default: is configured by CREWAI_AMP_URL as well/),
    ]);
  });

  it.each([
    [{ url: '"http://writers.internal"' }, /\.url: has to be https.*`insecure = true`/],
    [
      { url: '"http://writers.internal"', insecure: '"yes"' },
      /\.insecure: has to be true or false/,
    ],
    [{ url: '7' }, /\.url: has to be the URL/],
    [{ kickoff_timeout: '"soon"' }, /\.kickoff_timeout: has to be a duration above 0: .*"90s"/],
    [{ kickoff_timeout: '0' }, /\.kickoff_timeout: has to be a duration above 0/],
    [{ tokn: '"x"' }, /\.tokn: is not known: a crew has url, token, insecure, kickoff_timeout/],
    [{ token: `"${TOKEN}"` }, /\.token: must not stand in this file: use .*file = .*env = /],
    [{ token: '{}' }, /\.token: has to be .*file = .*env = /],
    [{ token: `{ value = "${TOKEN}" }` }, /\.token: has to be .*file = .*env = /],
    [{ token: '{ env = "A", file = "b" }' }, /\.token: has to be .*file = .*env = /],
    [{ token: '{ env = "NOT_SET" }' }, /\.token: the environment has no variable of that name/],
    [{ token: '{ env = "SPACED" }' }, /\.token: the variable SPACED has to hold the token alone/],
    [{ token: '{ file = "absent" }' }, /\.token: the token file cannot be read \(ENOENT\)/],
    [{ token: '{ file = "empty" }' }, /\.token: the token file empty is empty/],
  ])('with %o has a mistake', (keys, mistake) => {
    write('empty', '\n');
    const load = () => loadFile(`[crews.writers]\n${crew(keys)}`, { SPACED: `Bearer ${TOKEN}` });
    expect(mistakesOf(load)).toContainEqual(expect.stringMatching(mistake));
  });

  it.each(['env', 'file'])('repeats no token that stands in the place of a name: %s', (kind) => {
    const load = () => loadFile(`[crews.writers]\n${crew({ token: `{ ${kind} = "${TOKEN}" }` })}`);
    expect(mistakesOf(load)).toHaveLength(1);
    expect(mistakesOf(load).join()).not.toContain(TOKEN);
  });

  it.each([
    ['', /^crews.toml: crews: has to be a table \[crews.NAME\] for each crew/],
    ['crews = 1', /^crews.toml: crews: has to be a table/],
    [
      '[crews]\nwriters = 1',
      /^crews.toml: crews.writers: has to be a table with `url` and `token`/,
    ],
    [`[crews.""]\n${crew()}`, /a crew needs a name/],
    [`[crew.writers]\n${crew()}`, /^crews.toml: crew: is not known here/],
  ])('that is %j has a mistake', (toml, mistake) => {
    expect(mistakesOf(() => loadFile(toml))).toContainEqual(expect.stringMatching(mistake));
  });

  it('has all its mistakes reported at once, with those of the environment', () => {
    const load = () =>
      loadFile(
        `
        title = "Crews"
        [crews.writers]
        url = "http://writers.internal"
        token = "${TOKEN}"
        retries = 3
        color = "red"
        [crews.reviewers]
        kickoff_timeout = "soon"
        `,
        { CREWAI_AMP_TOKEN: TOKEN },
      );
    expect(
      mistakesOf(load).map((mistake) => /^(crews.toml: )?\S+(?=: )/.exec(mistake)?.[0]),
    ).toEqual([
      'crews.toml: title',
      'crews.toml: crews.writers.retries',
      'crews.toml: crews.writers.color',
      'crews.toml: crews.writers.url',
      'crews.toml: crews.writers.token',
      'crews.toml: crews.reviewers.url',
      'crews.toml: crews.reviewers.kickoff_timeout',
      'crews.toml: crews.reviewers.token',
      'CREWAI_AMP_URL',
    ]);
    expect(load).toThrow(/not configured correctly:\n {2}- .*\n {2}- /);
  });

  it.each([
    [`[crews.writers]\nurl = "${URL}"\ntoken = "${TOKEN}`, 3],
    [`[crews.writers]\ntoken = ${TOKEN}`, 2],
    [`[crews.writers]\ntoken = "${TOKEN}" "${TOKEN}"`, 2],
    [`[crews.writers]\n"${TOKEN}"`, 2],
    [`[crews.writers]\ntoken = { ${TOKEN} }`, 2],
    [`[crews.writers]\ntoken = "\\${TOKEN}"`, 2],
  ])('that does not parse (%j) has the place reported, and quotes nothing', (toml, line) => {
    expect(mistakesOf(() => loadFile(toml))).toEqual([
      expect.stringMatching(new RegExp(`^crews.toml: line ${String(line)}, column \\d+: .`)),
    ]);
  });

  it('that cannot be read is a mistake', () => {
    expect(mistakesOf(() => loadCrews({ CREWAI_CREWS_FILE: join(dir, 'absent.toml') }))).toEqual([
      expect.stringMatching(/^absent.toml: cannot be read: ENOENT/),
    ]);
  });
});

describe('a token file', () => {
  const load = () => {
    const crews = loadFile(`[crews.writers]\n${crew({ token: '{ file = "token" }' })}`);
    const token = crews.get('writers')?.token;
    if (token === undefined) throw new Error('no crew');
    return token;
  };

  it('is read again when the API refuses its token, and only then', async () => {
    write('token', 'first');
    const token = load();
    write('token', 'second\n');
    expect(await token()).toBe('first');
    expect(await token('first')).toBe('second');
    expect(await token()).toBe('second');
  });

  it('that has not changed gives the refused token again', async () => {
    write('token', 'first');
    expect(await load()('first')).toBe('first');
  });

  it('that has become empty or unreadable is an error that names it, and may recover', async () => {
    const path = write('token', 'first');
    const token = load();
    write('token', '');
    await expect(token('first')).rejects.toThrow(`the token file ${path} is empty`);
    unlinkSync(path);
    await expect(token('first')).rejects.toThrow(/cannot be read \(ENOENT\)/);
    write('token', 'second');
    expect(await token('first')).toBe('second');
  });
});
