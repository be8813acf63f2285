import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startCrewHarness } from '../support/crew-harness.js';
import { runCommand, startCommand } from './command-line.js';

/** A gateway before a server that is away: gRPC takes its 404 for "unimplemented". */
async function stayUnderGateway(address: string): Promise<void> {
  const gateway = createServer();
  const sessions: ServerHttp2Session[] = [];
  gateway.on('session', (session) => sessions.push(session));
  gateway.listen(Number(address.split(':')[1]), '127.0.0.1');
  for (let requests = 0; requests < 3; requests += 1) {
    const [stream] = (await once(gateway, 'stream')) as [ServerHttp2Stream];
    stream.respond({ ':status': 404 }, { endStream: true });
    stream.session?.close();
  }
  gateway.close();
  // It would wait for ever for one that has nothing to ask: that of the worker, now and then.
  for (const session of sessions) session.destroy();
  await once(gateway, 'close');
}

it('goes on by itself when Temporal was away while it followed a run', async () => {
  const dbFile = path.join(await mkdtemp(path.join(tmpdir(), 'outage-')), 'temporal.db');
  const server = await startTemporalDevServer({ dbFile });
  onTestFinished(() => server.stop());
  const crew = await startCrewHarness({
    address: server.address,
    amp: { scenario: { pendingMs: 3_600_000 } },
  });
  onTestFinished(() => crew.stop());
  const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_TASK_QUEUE: crew.taskQueue };
  const id = `outage-${randomUUID()}`;

  const command = startCommand(['run', '--id', id], { env });
  await command.untilStderr('] pending\n');
  await server.kill();
  await command.untilStderr('lost the connection to Temporal, trying again');
  await stayUnderGateway(server.address);

  await server.restart();
  // The server may take a moment more than it takes to listen.
  await expect
    .poll(async () => (await runCommand(['cancel', id], { env })).exitCode, { timeout: 30_000 })
    .toBe(0);
  expect(await command.exitCode).toBe(1);
  expect(command.stderr()).toContain('✘ The run was cancelled.');
  expect(command.stderr().match(/lost the connection/g)).toHaveLength(1);
});
