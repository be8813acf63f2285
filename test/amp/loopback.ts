import http from 'node:http';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { AmpClient, type AmpClientOptions, AmpError } from '../../src/amp/index.js';

/** Appears nowhere but in requests, so that a search for it finds every leak. */
export const TOKEN = 'tok-5f3a9c';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The how many-eth connection it came over, from 1. */
  connection: number;
}

export type Answer = (request: ReceivedRequest, response: http.ServerResponse) => void;

/** An HTTP server on a free port, closed when the test is over. */
export async function startHttpServer(answer: Answer) {
  const requests: ReceivedRequest[] = [];
  const connections = new Map<net.Socket, number>();
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
        connection: connections.get(incoming.socket) ?? 0,
      };
      requests.push(request);
      answer(request, response);
    });
  });
  server.on('connection', (socket) => connections.set(socket, connections.size + 1));
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${port}`, port, requests, connections };
}

/** A TCP server on a free port, closed when the test is over. */
export async function startTcpServer(onConnection: (socket: net.Socket) => void) {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    // Connections break in these tests; what matters is what the client makes of it.
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${port}`, port, sockets };
}

/** A port that nobody listens on: it was free a moment ago. */
export async function findClosedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

export function createClient(url: string, options: Partial<AmpClientOptions> = {}): AmpClient {
  const client = new AmpClient({ url, token: () => TOKEN, crew: 'research', ...options });
  onTestFinished(() => client.close());
  return client;
}

/** What a call rejects with; fails when it does not, or when the error leaks the token. */
export async function failureOf(call: Promise<unknown>): Promise<AmpError> {
  const outcome: unknown = await call.then(
    (value) => new Error(`it succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof AmpError)) throw outcome;
  for (let link: unknown = outcome; link instanceof Error; link = link.cause) {
    const text = `${link.stack} ${JSON.stringify(link)}`;
    if (text.includes(TOKEN)) throw new Error('the token is in the error');
  }
  return outcome;
}

export function answerWith(
  status: number,
  body: string | Buffer = '',
  headers: http.OutgoingHttpHeaders = {},
): Answer {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

export const kickoffAnswer = answerWith(200, '{"kickoff_id":"run-1"}');
