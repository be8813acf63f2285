import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RunFlags } from '../../src/starter/run-flags.js';
import { parseRunRequest } from '../../src/starter/run-request.js';
import type { Shell } from '../../src/starter/shell.js';

function createShell(stdin: string, env: Record<string, string> = {}): Shell {
  const input = new PassThrough();
  input.end(stdin);
  return {
    stdin: input,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env,
    invocation: 'temporal-crewai',
    interrupted: new AbortController().signal,
    onInterrupt: null,
    exitCode: 0,
  };
}

async function parse(flags: Partial<RunFlags>, stdin = '', env: Record<string, string> = {}) {
  return parseRunRequest({ crew: 'default', ...flags }, createShell(stdin, env));
}

describe('a run request', () => {
  it.each<[Partial<RunFlags>, object]>([
    [{}, { crew: 'default', inputs: {} }],
    [
      { crew: 'research', input: ['topic=a=b', 'year=2026', 'empty='] },
      { crew: 'research', inputs: { topic: 'a=b', year: '2026', empty: '' } },
    ],
    [
      { meta: ['ticket=7'], timeout: '90s', onCrewError: 'fail' },
      { crew: 'default', inputs: {}, meta: { ticket: '7' }, timeout: '90s', onCrewError: 'fail' },
    ],
    [{ kickoffId: 'k-1' }, { crew: 'default', kickoffId: 'k-1' }],
    [
      { input: ['__proto__=x'] },
      { crew: 'default', inputs: JSON.parse('{"__proto__":"x"}') as object },
    ],
  ])('of %j sends %j', async (flags, input) => {
    expect((await parse(flags)).input).toEqual(input);
  });

  it('merges a file with flags, which win, and keeps the file’s types', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'inputs-')), 'inputs.json');
    await writeFile(file, '\ufeff{ "topic": "file", "year": 2026, "tags": ["a"] }');
    const { input } = await parse({ inputsFile: file, input: ['topic=flag'] });
    expect(input.inputs).toEqual({ topic: 'flag', year: 2026, tags: ['a'] });
  });

  it('reads a JSON object from stdin', async () => {
    const { input } = await parse({ inputsFile: '-' }, '{"topic": "x"}');
    expect(input.inputs).toEqual({ topic: 'x' });
  });

  it('takes the task queue from the flag, else the environment, else the contract', async () => {
    const env = { TEMPORAL_TASK_QUEUE: 'from-env' };
    expect((await parse({ taskQueue: 'flag' }, '', env)).taskQueue).toBe('flag');
    expect((await parse({}, '', env)).taskQueue).toBe('from-env');
    expect((await parse({})).taskQueue).toBe('crewai');
  });

  it('makes an id that names the crew and is new each time', async () => {
    const [one, other] = [await parse({ crew: 'research' }), await parse({ crew: 'research' })];
    expect(one.workflowId).toMatch(/^crew-research-[0-9a-f]{16}$/);
    expect(other.workflowId).not.toBe(one.workflowId);
  });
});

describe('a mistake in a run request', () => {
  it.each<[Partial<RunFlags>, string]>([
    [{ input: ['topic'] }, '--input topic: write it as key=value'],
    [{ input: ['=x'] }, '--input (empty): write it as key=value'],
    [{ input: ['a=1', 'a=2'] }, '--input a is given twice'],
    [{ meta: ['temporal=x'] }, "--meta temporal is the workflow's own key"],
    [{ timeout: '90' }, '--timeout 90: write a number and a unit'],
    [{ timeout: '0s' }, '--timeout 0s: write a number and a unit'],
    [{ timeout: 'soon' }, '--timeout soon: write a number and a unit'],
    [{ again: true }, '--again repeats a run by its id'],
    [{ kickoffId: 'k', input: ['a=1'] }, '--kickoff-id watches a run that has its inputs'],
    [{ kickoffId: ' ' }, '--kickoff-id is empty'],
    [{ crew: '' }, '--crew is empty'],
    [{ id: 'x'.repeat(1_001) }, '--id is longer than 1000 characters'],
    [{ inputsFile: '/nowhere.json' }, '--inputs-file /nowhere.json: cannot be read (ENOENT'],
  ])('%j is named', async (flags, message) => {
    await expect(parse(flags)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['', 'is not JSON: it is empty'],
    ['{"a": 1,\n "b": x}', 'is not JSON: look at line 2, column 7'],
    ['{"a": 1,\n}', 'is not JSON: look at line 2, column 1'],
    ['{"a": "line\nbreak"}', 'is not JSON: a text in it holds a line break'],
    ['[1]', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    ['"text"', 'must be a JSON object'],
  ])('inputs %j are refused', async (stdin, message) => {
    await expect(parse({ inputsFile: '-' }, stdin)).rejects.toThrow(
      `--inputs-file stdin: ${message}`,
    );
  });

  it('is named together with all the others', async () => {
    const flags = { input: ['x'], timeout: '5', again: true, inputsFile: '-' };
    await expect(parse(flags, '[]')).rejects.toThrow(/^4 mistakes:(\n {2}- .*){4}$/);
  });
});
