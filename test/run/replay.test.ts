import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = path('../histories/');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

/**
 * A run outlives the worker that started it, so a changed workflow has to take the same steps in
 * the runs that are under way. Where one of these fails, `patched` keeps the old way for old runs.
 */
describe('a history that a released or this version recorded', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('is there for a run that completes, fails, is slow, goes on as new, is resolved or given a token', () => {
    expect(files.map((file) => basename(file))).toEqual(
      expect.arrayContaining([
        'completed.json',
        'crew-error-returned.json',
        'slow-phase.json',
        'continued-as-new.1.json',
        'continued-as-new.2.json',
        'kickoff-unknown-adopted.json',
        'token-replaced.json',
      ]),
    );
  });

  it.each(files)('replays: %s', async (file) => {
    const history: unknown = JSON.parse(await readFile(`${folder}${file}`, 'utf8'));
    const [workflowId = ''] = basename(file).split('.');
    await Worker.runReplayHistory(
      { workflowBundle: { codePath: path('../../dist/workflow-bundle.js') } },
      history,
      workflowId,
    );
  });
});
