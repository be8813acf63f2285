import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startNode, type Child } from '../../dev-server/child-process.js';

const children: Child[] = [];
const start = async (code: string, ...args: string[]) => {
  const child = await startNode(['--input-type=module', '--eval', code, ...args]);
  children.push(child);
  return child;
};

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

const STAYS_UP = 'setInterval(() => {}, 1000);';

describe('a child process', () => {
  it('is node itself, so that its process id is the one to signal', async () => {
    const child = await start('console.log(process.pid)');
    expect(await child.waitForLine(/\d/)).toBe(String(child.pid));
  });

  it('has its lines collected, the last one included, by stream and in all', async () => {
    const child = await start('console.log("one\\ntwo"); process.stderr.write("three");');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.stdout).toEqual(['one', 'two']);
    expect(child.stderr).toEqual(['three']);
    expect([...child.lines].sort()).toEqual(['one', 'three', 'two']);
  });

  it('is waited for until a line matches, which may have been written before', async () => {
    const child = await start(`console.log('ready: 1'); ${STAYS_UP}`);
    expect(await child.waitForLine(/ready/)).toBe('ready: 1');
    expect(await child.waitForLine(/ready/)).toBe('ready: 1');
  });

  it('that exits without the line fails the wait, with all that it said', async () => {
    const child = await start('console.error("no such file"); process.exitCode = 7;');
    await expect(child.waitForLine(/ready/)).rejects.toThrow(/exited \(7\).*no such file/s);
  });

  it('that does not write the line in time fails the wait', async () => {
    const child = await start(STAYS_UP);
    await expect(child.waitForLine(/ready/, 1)).rejects.toThrow(/\/ready\//);
  });

  it('stops with SIGTERM, and may do so in its own way', async () => {
    const child = await start(
      `process.once('SIGTERM', () => { console.log('bye'); process.exit(0); }); console.log('ready'); ${STAYS_UP}`,
    );
    await child.waitForLine(/ready/);
    expect(await child.stop()).toEqual({ code: 0, signal: null });
    expect(child.lines).toContain('bye');
  });

  it('that ignores SIGTERM is killed after the grace', async () => {
    const child = await start(`process.on('SIGTERM', () => {}); console.log('ready'); ${STAYS_UP}`);
    await child.waitForLine(/ready/);
    expect(await child.stop(1)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is gone once kill has resolved', async () => {
    const child = await start(STAYS_UP);
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('when this process ends', () => {
  const module = JSON.stringify(new URL('../../dev-server/child-process.ts', import.meta.url));

  /** A process that starts a grandchild with a socket to this test, which echoes while it lives. */
  const startParent = async (thenInParent: string): Promise<{ parent: Child; socket: Socket }> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const grandchild = `const socket = (await import('node:net')).connect(${String(port)}, '127.0.0.1'); socket.pipe(socket);`;
    const parent = await startNode([
      ...['--import', 'tsx', '--input-type=module', '--eval'],
      `const { startNode } = await import(${module});
       await startNode(['--input-type=module', '--eval', ${JSON.stringify(grandchild)}]);
       process.stdin.on('data', () => {}); ${thenInParent}`,
    ]);
    children.push(parent);
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.on('error', () => socket.destroy());
    server.close();
    return { parent, socket };
  };

  const gone = async (socket: Socket) => {
    if (!socket.closed) await once(socket.resume(), 'close');
  };

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s, its children end as well', async (signal) => {
    const { parent, socket } = await startParent(STAYS_UP);
    parent.signal(signal);
    await gone(socket);
    expect(await parent.exited).toEqual({ code: null, signal });
  });

  it('of itself, its children end as well', async () => {
    const { parent, socket } = await startParent('setTimeout(() => process.exit(5), 300);');
    await gone(socket);
    expect(await parent.exited).toEqual({ code: 5, signal: null });
  });

  it.runIf(process.platform === 'linux')('by SIGKILL, its children end as well', async () => {
    const { parent, socket } = await startParent(STAYS_UP);
    await parent.kill();
    await gone(socket);
  });

  it('whoever handles a signal stops the children in its own order', async () => {
    const { parent, socket } = await startParent(
      `process.on('SIGTERM', () => console.log('handled')); ${STAYS_UP}`,
    );
    parent.signal('SIGTERM');
    await parent.waitForLine(/handled/);
    socket.write('still there?');
    expect(String((await once(socket, 'data'))[0])).toBe('still there?');
  });
});
