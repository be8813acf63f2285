import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  startTemporalDevServer,
  type TemporalDevServer,
  type TemporalDevServerOptions,
} from '../../dev-server/temporal-dev-server.js';
import { useTemporalServer } from '../../dev-server/use-temporal-server.js';

const servers: TemporalDevServer[] = [];
const start = async (options: TemporalDevServerOptions = {}) => {
  const server = await startTemporalDevServer(options);
  servers.push(server);
  return server;
};

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dev-server-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

const withClient = async <T>(address: string, use: (client: Client) => Promise<T>): Promise<T> => {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
};

describe('a Temporal dev server', () => {
  it('serves at once when started, and keeps its state in its file through a kill', async () => {
    const server = await start({
      dbFile: join(dir, 'state.db'),
      searchAttributes: { CrewName: 'Keyword' },
      dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
    });
    const { address, pid } = server;
    await withClient(address, (client) =>
      client.workflow.start('some-type', {
        workflowId: 'kept',
        taskQueue: 'q',
        searchAttributes: { CrewName: ['writers'] },
      }),
    );
    await server.kill();
    await server.restart();
    expect(server.address).toBe(address);
    expect(server.pid).not.toBe(pid);
    const description = await withClient(address, (client) =>
      client.workflow.getHandle('kept').describe(),
    );
    expect(description.searchAttributes).toMatchObject({ CrewName: ['writers'] });
  });

  it('takes another port when the preferred ones are taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const server = await start({ port, uiPort: port });
      expect(server.address).not.toBe(`127.0.0.1:${String(port)}`);
      expect(server.uiUrl).not.toBe(`http://127.0.0.1:${String(port)}`);
      expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
    } finally {
      taken.close();
    }
  });

  it('that does not come up says so in its own words', async () => {
    await expect(start({ dynamicConfig: { 'some.key': 'not JSON' } })).rejects.toThrow(
      /did not start.*invalid JSON value for key "some.key"/s,
    );
  });

  it('is gone when stopped', async () => {
    const server = await start();
    const { address } = server;
    await server.stop();
    await expect(Connection.connect({ address, connectTimeout: '1s' })).rejects.toThrow();
    await server.stop();
  });
});

describe('useTemporalServer', () => {
  it('takes the server that TEMPORAL_ADDRESS names, and leaves it running', async () => {
    const { address } = await start();
    vi.stubEnv('TEMPORAL_ADDRESS', address);
    vi.stubEnv('TEMPORAL_NAMESPACE', 'default');
    const server = await useTemporalServer();
    expect(server).toMatchObject({ address, namespace: 'default', uiUrl: undefined });
    await server.stop();
    await withClient(address, (client) => client.connection.ensureConnected());
  });

  it('says when nothing answers there', async () => {
    // A port that was free a moment ago.
    const server = await start();
    const { address } = server;
    await server.stop();
    vi.stubEnv('TEMPORAL_ADDRESS', address);
    await expect(useTemporalServer()).rejects.toThrow(`No Temporal server answers at ${address}`);
  });

  it('starts one where no address is given', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', undefined);
    const server = await useTemporalServer();
    await withClient(server.address, (client) => client.connection.ensureConnected());
    await server.stop();
  });
});
