import { buildConnector } from 'undici';

/**
 * Where a call failed decides whether it may have been acted on, not with which error code: the
 * same code can come from a connection attempt and from a connection that carried the request.
 * So whatever fails before undici is given a socket leaves the connector as this error.
 *
 * It carries no `code` on purpose: undici connects again by itself when it sees some of its own.
 */
export class NotHandedOverError extends Error {
  constructor(
    readonly stage: 'connect' | 'beforeSend',
    cause: unknown,
  ) {
    super(`failed before anything was sent (${stage})`, { cause });
  }
}

/**
 * @param connectMs covers DNS, TCP and TLS.
 */
export function createConnector(connectMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs });
  return (options, callback) => {
    try {
      connect(options, (...[error, socket]) => {
        if (error === null) callback(null, socket);
        else callback(new NotHandedOverError('connect', error), null);
      });
    } catch (error) {
      callback(new NotHandedOverError('connect', error), null);
    }
  };
}

export interface SingleUse {
  /** Awaited when the socket is ready; when it throws, the socket is closed and nothing is sent. */
  beforeSend: () => void | Promise<void>;
  /** Called immediately before undici gets the socket and writes to it. */
  onHandOver: () => void;
}

/** A connector for one request: it hands over one socket, never a second. */
export function createSingleUseConnector(
  connect: buildConnector.connector,
  { beforeSend, onHandOver }: SingleUse,
): buildConnector.connector {
  let used = false;
  return (options, callback) => {
    // undici connects anew for a request that it thinks unsent; that is its opinion, not a proof.
    if (used) {
      callback(new Error('the connection was lost as the request was sent'), null);
      return;
    }
    used = true;
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      Promise.resolve()
        .then(beforeSend)
        .then(
          () => {
            if (!socket.writable) {
              const lost =
                socket.errored ?? new Error('the connection was closed by the other side');
              callback(new NotHandedOverError('connect', lost), null);
              return;
            }
            onHandOver();
            callback(null, socket);
          },
          (refusal: unknown) => {
            socket.destroy();
            callback(new NotHandedOverError('beforeSend', refusal), null);
          },
        )
        .catch((failure: unknown) => {
          socket.destroy(failure instanceof Error ? failure : new Error(String(failure)));
        });
    });
  };
}
