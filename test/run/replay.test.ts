import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = path('../histories/');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.json(\.gz)?$/.test(file))
  .sort();

async function readHistory(file: string): Promise<unknown> {
  const content = await readFile(`${folder}${file}`);
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(content) : content).toString());
}

/**
 * A run outlives the worker that started it, so a changed workflow has to take the same steps in
 * the runs that are under way. Where one of these fails, `patched` keeps the old way for old runs.
 */
describe('a history that a released or this version recorded', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('is there for each shape that a run can have', () => {
    expect(files.map((file) => basename(file))).toEqual(
      expect.arrayContaining([
        'completed.json',
        'long.json.gz',
        'crew-error-returned.json',
        'slow-phase.json',
        'continued-as-new.1.json',
        'continued-as-new.2.json',
        'continued-as-new.3.json',
        'kickoff-unknown-adopted.json',
        'token-refused-for-a-while.json',
        'token-replaced.json',
      ]),
    );
  });

  it.each(files)('replays: %s', async (file) => {
    const history = await readHistory(file);
    const [workflowId = ''] = basename(file).split('.');
    await Worker.runReplayHistory(
      { workflowBundle: { codePath: path('../../dist/workflow-bundle.js') } },
      history,
      workflowId,
    );
  });
});
