import { once } from 'node:events';
import net from 'node:net';

/** A connection to the crew's API that goes wrong. */
export interface Visit {
  /** The worker's end of it. Nothing has been read from it. */
  worker: net.Socket;
  /**
   * Passes what the worker sends on to the API. Resolves with the API's end, once its answer begins:
   * `pipe` it to the worker, or do not.
   */
  forward: () => Promise<net.Socket>;
}

/** Stands between a worker and a crew's API: the first connection meets a fate, later ones do not. */
export interface CrewDoor {
  url: string;
  close: () => Promise<void>;
}

/** @param port that it listens on, 0 for one that is free. */
export async function openCrewDoor(
  apiPort: number,
  meet: (visit: Visit) => void | Promise<void>,
  port = 0,
): Promise<CrewDoor> {
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    // Connections break here on purpose; what matters is what the run makes of it.
    socket.on('error', () => undefined);
    return socket;
  };
  let visits = 0;
  const listener = net.createServer((worker) => {
    keep(worker);
    const connect = () => keep(net.connect(apiPort, '127.0.0.1'));
    visits += 1;
    if (visits > 1) {
      const api = connect();
      worker.pipe(api).pipe(worker);
      return;
    }
    const forward = async () => {
      const api = connect();
      worker.pipe(api);
      await once(api, 'readable');
      return api;
    };
    void meet({ worker, forward });
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `http://127.0.0.1:${(listener.address() as net.AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    },
  };
}
