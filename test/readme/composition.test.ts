import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type Child } from '../../dev-server/child-process.js';
import {
  startTemporalDevServer,
  type TemporalDevServer,
} from '../../dev-server/temporal-dev-server.js';
import { startSimulatedAmp, type SimulatedAmp } from '../../src/testing/index.js';
import { readmeSnippets } from './readme-snippets.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

// A server of its own: the README's programs use the default task queue and fixed workflow ids.
describe('"Use it from your own code" in the README', () => {
  let server: TemporalDevServer;
  let amp: SimulatedAmp;
  let worker: Child;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    server = await startTemporalDevServer();
    amp = await startSimulatedAmp({
      scenario: ({ inputs }) => ({
        polls: 1,
        ...(inputs['topic'] === 'unknowable' ? { outcome: 'error', error: 'no sources' } : {}),
      }),
    });
    env = { ...process.env, TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'default' };
    worker = await startNode([join(root, 'dist/worker.js')], {
      env: { ...env, CREWAI_AMP_URL: amp.url, CREWAI_AMP_TOKEN: amp.token },
    });
    // Inside the project, where what the programs import is found.
    await mkdir(join(root, '.cache'), { recursive: true });
    folder = await mkdtemp(join(root, '.cache', 'readme-'));
  });
  afterAll(async () => {
    await worker.stop();
    await amp.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function write(title: string): Promise<string> {
    const [snippet] = readmeSnippets({ heading: 'Use it from your own code', title });
    const file = join(folder, title);
    await writeFile(file, snippet?.code ?? '');
    return file;
  }

  it('starts a run by its type name and awaits its output, in a program', async () => {
    const program = await startNode([await write('run-crew.js')], { env });
    const { code } = await program.exited;
    expect(program.lines.join('\n')).toMatch(/^completed # whales\n/);
    expect(code).toBe(0);
  });

  describe('calls a run as a child, in a workflow', () => {
    let connection: Connection;
    let native: NativeConnection;
    let own: Worker;
    let running: Promise<void>;
    beforeAll(async () => {
      Runtime.install({ logger: new DefaultLogger('ERROR') });
      connection = await Connection.connect({ address: server.address });
      native = await NativeConnection.connect({ address: server.address });
      own = await Worker.create({
        connection: native,
        taskQueue: 'reports',
        workflowsPath: await write('workflows.js'),
      });
      running = own.run();
    });
    afterAll(async () => {
      own.shutdown();
      await running;
      await native.close();
      await connection.close();
    });

    const reportOn = (topic: string) =>
      new Client({ connection }).workflow.execute('reportOn', {
        taskQueue: 'reports',
        workflowId: `report on ${topic}`,
        args: [topic],
      });

    it('that has completed', async () => {
      expect(await reportOn('whales')).toEqual({
        topic: 'whales',
        report: expect.stringMatching(/^# whales\n/) as string,
      });
    });

    it('that has failed', async () => {
      await expect(reportOn('unknowable')).rejects.toMatchObject({
        cause: {
          type: 'NoReport',
          message: 'no sources',
          details: [{ kickoffId: expect.any(String) as string }],
        },
      });
    });
  });
});
