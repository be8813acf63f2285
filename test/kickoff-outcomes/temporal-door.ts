import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { gunzipSync } from 'node:zlib';

/** Which calls are meant: those of this method whose message mentions all of these texts. */
export interface CallPattern {
  /** Such as `SignalWorkflowExecution`. */
  method: string;
  mentions: readonly string[];
}

export interface HeldCalls {
  /**
   * Resolves when the first one is here. Nothing of it has reached the server or, where answers are
   * held, nothing of its answer the worker.
   */
  arrived: Promise<void>;
  /** Lets them through, those that are here and those to come. */
  release: () => void;
}

/** Stands between a worker and its Temporal server, and decides what gets through. */
export interface TemporalDoor {
  /** host:port, for the worker. */
  address: string;
  hold(pattern: CallPattern): HeldCalls;
  /** The server acts on such calls, and the worker does not hear of it. */
  holdAnswers(pattern: CallPattern): HeldCalls;
  /** Resolves when the server's answer to such a call has gone out to the worker. */
  answered(pattern: CallPattern): Promise<void>;
  /** Breaks every connection, and each new one as soon as it is made. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

interface Watcher {
  pattern: CallPattern;
  resolve: () => void;
}

interface Hold extends Watcher {
  released: Promise<void>;
}

/** @param address host:port of the server. */
export async function openTemporalDoor(address: string): Promise<TemporalDoor> {
  const heldCalls = new Set<Hold>();
  const heldAnswers = new Set<Hold>();
  const watchers = new Set<Watcher>();
  const sockets = new Set<net.Socket>();
  let isOpen = true;

  const connect = () => http2.connect(`http://${address}`).on('error', () => undefined);
  let server = connect();
  // The server ends a connection that has been idle for minutes, or is some minutes old.
  const reach = () => {
    if (server.closed || server.destroyed) server = connect();
    return server;
  };
  const door = http2.createServer();
  // Workers are killed and connections are cut here; what matters is what becomes of the runs.
  door.on('sessionError', () => undefined);
  door.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    pass(stream, headers).catch(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  });
  const listener = net.createServer((socket) => {
    if (!isOpen) {
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    door.emit('connection', socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  async function pass(
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
  ): Promise<void> {
    const body = await read(stream);
    const call = { method: headers[':path']?.split('/').at(-1) ?? '', message: toMessage(body) };
    await pause(heldCalls, call);
    if (stream.destroyed) return;
    const upstream = reach().request({ ...headers, ':authority': address });
    upstream.end(body);
    upstream.on('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
    // A long poll whose worker is gone must not be given a task.
    stream.on('close', () => upstream.close(http2.constants.NGHTTP2_CANCEL));
    let trailers: http2.IncomingHttpHeaders = {};
    upstream.on('trailers', (received: http2.IncomingHttpHeaders) => {
      trailers = received;
    });
    const [answer] = (await once(upstream, 'response')) as [http2.IncomingHttpHeaders];
    const answerBody = await read(upstream);
    await pause(heldAnswers, call);
    if (stream.destroyed) return;
    stream.respond(answer, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(answerBody, () => {
      for (const watcher of watchers) if (fits(watcher.pattern, call)) watcher.resolve();
    });
  }

  return {
    address: `127.0.0.1:${(listener.address() as net.AddressInfo).port}`,
    hold: (pattern) => addHold(heldCalls, pattern),
    holdAnswers: (pattern) => addHold(heldAnswers, pattern),
    answered: (pattern) =>
      new Promise((resolve) => {
        watchers.add({ pattern, resolve });
      }),
    shut() {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      isOpen = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.destroy();
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    },
  };
}

interface Call {
  method: string;
  /** As text. */
  message: string;
}

function addHold(holds: Set<Hold>, pattern: CallPattern): HeldCalls {
  let release = () => undefined as void;
  let resolve = () => undefined as void;
  const released = new Promise<void>((done) => (release = done));
  const arrived = new Promise<void>((done) => (resolve = done));
  const hold = { pattern, released, resolve };
  holds.add(hold);
  return {
    arrived,
    release: () => {
      holds.delete(hold);
      release();
    },
  };
}

async function pause(holds: ReadonlySet<Hold>, call: Call): Promise<void> {
  for (const hold of holds) {
    if (!fits(hold.pattern, call)) continue;
    hold.resolve();
    await hold.released;
  }
}

function fits({ method, mentions }: CallPattern, call: Call): boolean {
  return call.method === method && mentions.every((text) => call.message.includes(text));
}

/** A gRPC message of its request, as text: protobuf leaves strings as they are. */
function toMessage(body: Buffer): string {
  const isCompressed = body[0] === 1;
  const message = body.subarray(5);
  return (isCompressed ? gunzipSync(message) : message).toString('latin1');
}

/** Not by `for await`, which would destroy a stream that has to be answered yet. */
async function read(stream: http2.Http2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
}
