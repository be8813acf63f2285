import { createServer, type Server } from 'node:net';

/**
 * Ports of 127.0.0.1 that are free now, in the order asked for: each is the preferred one where that
 * is given and free, else any. All are held until the last is known, so that no two are the same.
 * Another process can still take one before it is used.
 */
export async function findFreePorts(preferred: readonly (number | undefined)[]): Promise<number[]> {
  const held: Server[] = [];
  try {
    const ports: number[] = [];
    for (const port of preferred) {
      const server =
        (port === undefined ? undefined : await hold(port)) ?? (await hold(0)) ?? noPort();
      held.push(server);
      const address = server.address();
      if (address === null || typeof address === 'string') return noPort();
      ports.push(address.port);
    }
    return ports;
  } finally {
    for (const server of held) server.close();
  }
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function noPort(): never {
  throw new Error('127.0.0.1 has no free port');
}
