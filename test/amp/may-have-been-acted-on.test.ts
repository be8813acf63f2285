import { once } from 'node:events';
import type net from 'node:net';
import tls from 'node:tls';
import { buildConnector, Client } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  AmpConnectionError,
  AmpHttpStatusError,
  AmpNotSentError,
  AmpTimeoutError,
  AmpUnreadableResponseError,
} from '../../src/amp/index.js';
import { createSingleUseConnector, NotHandedOverError } from '../../src/amp/connector.js';
import {
  answerWith,
  createClient,
  failureOf,
  findClosedPort,
  kickoffAnswer,
  listen,
  startHttpServer,
  startTcpServer,
  TOKEN,
} from './loopback.js';
import { SELF_SIGNED } from './self-signed.js';

const request = { inputs: { topic: 'tides' } };

describe('a kickoff that never reached the API was not acted on', () => {
  test('connection refused', async () => {
    const client = createClient(`http://127.0.0.1:${await findClosedPort()}`);
    const error = await failureOf(client.kickoff(request));
    expect(error).toBeInstanceOf(AmpConnectionError);
    expect(error.mayHaveBeenActedOn).toBe(false);
    expect(error.message).toContain('no connection: connect ECONNREFUSED');
  });

  test('a host that has no address', async () => {
    const error = await failureOf(createClient('http://crew.invalid').kickoff(request));
    expect(error).toBeInstanceOf(AmpConnectionError);
    expect(error.mayHaveBeenActedOn).toBe(false);
    expect(error.message).toMatch(/no connection: getaddrinfo \w+ crew\.invalid/);
  });

  test('a certificate that nobody vouches for', async () => {
    const server = tls.createServer(SELF_SIGNED);
    server.on('tlsClientError', () => undefined);
    const client = createClient(`https://127.0.0.1:${await listen(server)}`);
    const error = await failureOf(client.kickoff(request));
    expect(error).toBeInstanceOf(AmpConnectionError);
    expect(error.mayHaveBeenActedOn).toBe(false);
    expect(error.message).toContain('self-signed certificate');
  });

  test('a server that does not speak TLS', async () => {
    const server = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failureOf(
      createClient(`https://127.0.0.1:${server.port}`).kickoff(request),
    );
    expect(error).toBeInstanceOf(AmpConnectionError);
    expect(error.mayHaveBeenActedOn).toBe(false);
  });

  test('a connection that is not ready in time (TLS never answered)', async () => {
    const server = await startTcpServer((socket) => socket.resume());
    const client = createClient(`https://127.0.0.1:${server.port}`, {
      timeouts: { connectMs: 50 },
    });
    const error = await failureOf(client.kickoff(request));
    expect(error).toBeInstanceOf(AmpTimeoutError);
    expect(error.mayHaveBeenActedOn).toBe(false);
  });

  test('a connection that breaks while `beforeSend` still thinks', async () => {
    const server = await startTcpServer((socket) => socket.resume());
    const connect = buildConnector({});
    let broken: Promise<unknown> = Promise.resolve();
    let handedOver = false;
    const connector = createSingleUseConnector(
      (options, callback) => {
        connect(options, (...[error, socket]) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          broken = once(socket, 'error');
          callback(null, socket);
        });
      },
      {
        beforeSend: async () => {
          while (server.sockets.length === 0) await new Promise(setImmediate);
          server.sockets[0]?.resetAndDestroy();
          await broken.catch(() => undefined);
        },
        onHandOver: () => (handedOver = true),
      },
    );
    const client = new Client(server.url, { connect: connector });
    const call = client.request({ method: 'POST', path: '/kickoff' });
    await expect(call).rejects.toThrow(NotHandedOverError);
    expect(handedOver).toBe(false);
    await client.destroy();
  });
});

describe('`beforeSend`', () => {
  test('is awaited with the connection ready and nothing written to it', async () => {
    const bytes: number[] = [];
    let received = 0;
    const server = await startTcpServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
        socket.end(
          'HTTP/1.1 200 OK\r\nContent-Length: 22\r\nConnection: close\r\n\r\n{"kickoff_id":"run-1"}',
        );
      });
    });
    const { kickoffId } = await createClient(server.url).kickoff(request, {
      beforeSend: async () => {
        // The server's side of the connection exists, and a round trip through the loop brings no data.
        while (server.sockets.length === 0) await new Promise(setImmediate);
        bytes.push(received);
        await new Promise(setImmediate);
        bytes.push(received);
      },
    });
    expect(kickoffId).toBe('run-1');
    expect(bytes).toEqual([0, 0]);
    expect(received).toBeGreaterThan(0);
  });

  test('that throws closes the connection, and nothing was sent', async () => {
    let received = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const server = await startTcpServer((socket) => {
      closed = once(socket, 'close');
      socket.on('data', (chunk) => (received += chunk.length));
    });
    const refusal = new Error('this attempt is no longer wanted');
    const error = await failureOf(
      createClient(server.url).kickoff(request, {
        beforeSend: async () => {
          while (server.sockets.length === 0) await new Promise(setImmediate);
          throw refusal;
        },
      }),
    );
    await closed;
    expect(received).toBe(0);
    expect(error).toBeInstanceOf(AmpNotSentError);
    expect(error.mayHaveBeenActedOn).toBe(false);
    expect(error.cause).toBe(refusal);
    expect(error.message).toContain('not sent: this attempt is no longer wanted');
  });

  test('is not called without a connection', async () => {
    let called = false;
    const client = createClient(`http://127.0.0.1:${await findClosedPort()}`);
    await failureOf(client.kickoff(request, { beforeSend: () => void (called = true) }));
    expect(called).toBe(false);
  });
});

describe('a kickoff that fails before a connection is even tried was not acted on', () => {
  test.each([
    [
      'the token provider throws',
      { token: () => Promise.reject(new Error('ENOENT: token file')) },
      'no usable token: ENOENT: token file',
    ],
    ['the token is empty', { token: () => '' }, 'no usable token: it is empty'],
    ['the token has a line break', { token: () => `${TOKEN}\n` }, 'line breaks'],
  ])('%s', async (_name, options, message) => {
    const server = await startHttpServer(kickoffAnswer);
    const error = await failureOf(createClient(server.url, options).kickoff(request));
    expect(error).toBeInstanceOf(AmpNotSentError);
    expect(error.mayHaveBeenActedOn).toBe(false);
    expect(error.message).toContain(message);
    expect(server.connections.size).toBe(0);
  });

  test('inputs that cannot be written as JSON', async () => {
    const server = await startHttpServer(kickoffAnswer);
    const error = await failureOf(createClient(server.url).kickoff({ inputs: { big: 1n } }));
    expect(error).toBeInstanceOf(AmpNotSentError);
    expect(error.message).toContain('cannot be written as JSON');
    expect(server.connections.size).toBe(0);
  });

  test('an idempotency key that cannot stand in a header', async () => {
    const server = await startHttpServer(kickoffAnswer);
    const error = await failureOf(
      createClient(server.url).kickoff(request, { idempotencyKey: 'a\nb' }),
    );
    expect(error).toBeInstanceOf(AmpNotSentError);
    expect(server.requests).toEqual([]);
  });

  test('a client that was closed', async () => {
    const server = await startHttpServer(kickoffAnswer);
    const client = createClient(server.url);
    await client.close();
    const error = await failureOf(client.kickoff(request));
    expect(error).toBeInstanceOf(AmpNotSentError);
    expect(server.connections.size).toBe(0);
  });
});

describe('a kickoff that was sent may have been acted on', () => {
  test('so that a second connection for it is refused, whatever undici thinks of the first', async () => {
    const server = await startTcpServer((socket) => socket.resume());
    const connector = createSingleUseConnector(buildConnector({}), {
      beforeSend: () => undefined,
      onHandOver: () => undefined,
    });
    const connect = () =>
      new Promise<Error | net.Socket>((resolve) => {
        connector(
          { hostname: '127.0.0.1', protocol: 'http:', port: String(server.port) },
          (...[error, socket]) => resolve(error ?? socket),
        );
      });
    const first = await connect();
    const second = await connect();
    expect(first).not.toBeInstanceOf(Error);
    expect(second).toBeInstanceOf(Error);
    // Not the error that stands for "nothing was sent".
    expect(second).not.toBeInstanceOf(NotHandedOverError);
    expect(server.sockets).toHaveLength(1);
  });

  const onRequest = (act: (socket: net.Socket) => void) =>
    startTcpServer((socket) => socket.once('data', () => act(socket)));

  test.each<[string, (socket: net.Socket) => void]>([
    ['the connection is reset', (socket) => socket.resetAndDestroy()],
    ['the connection is closed', (socket) => socket.end()],
    ['it breaks within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    [
      'it breaks within the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"kickoff_id":'),
    ],
    ['the answer is not HTTP', (socket) => socket.end(`who is this? Bearer ${TOKEN}\r\n\r\n`)],
  ])('%s', async (_name, act) => {
    const server = await onRequest(act);
    const error = await failureOf(createClient(server.url).kickoff(request));
    expect(error).toBeInstanceOf(AmpConnectionError);
    expect(error.mayHaveBeenActedOn).toBe(true);
    expect(error.message).toContain('the connection broke before the answer was complete');
    expect(server.sockets).toHaveLength(1);
  });

  test.each<[string, (socket: net.Socket) => void]>([
    ['no answer comes', () => undefined],
    [
      'the answer stops half-way',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"kickoff_id":'),
    ],
    [
      'the answer drips for ever',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        const drip = setInterval(() => socket.write('1\r\n \r\n'), 5);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s', async (_name, act) => {
    const server = await onRequest(act);
    const error = await failureOf(
      createClient(server.url, { kickoffTimeoutMs: 100 }).kickoff(request),
    );
    expect(error).toBeInstanceOf(AmpTimeoutError);
    expect(error.mayHaveBeenActedOn).toBe(true);
    expect(error.message).toContain('no complete answer within 0.1 s');
  });
});

const oneSecondOn = { 'retry-after': '1' };

test('a timeout longer than a timer can be is no timeout at once', async () => {
  const server = await startHttpServer((received, response) => {
    // Node would make it 1 ms.
    setTimeout(() => kickoffAnswer(received, response), 20);
  });
  const client = createClient(server.url, { kickoffTimeoutMs: 30 * 24 * 3_600_000 });
  expect(await client.kickoff(request)).toEqual({ kickoffId: 'run-1' });
});

describe('what an HTTP answer says about a kickoff', () => {
  test.each([
    [302, '', {}, false],
    [400, '', {}, false],
    [404, '<html></html>', {}, false],
    [422, '', {}, false],
    [429, '', {}, false],
    [500, '{"detail":"boom"}', {}, true],
    [500, 'Internal Server Error', {}, true],
    [502, '', oneSecondOn, true],
    [503, '', {}, true],
    [503, '<html><title>503 Service Unavailable</title></html>', {}, true],
    [503, '{"message":"no healthy upstream"}', {}, true],
    [503, '', { 'retry-after': 'soon' }, true],
    [503, '', oneSecondOn, false],
    [503, '', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, false],
    [503, '{"error":"Unavailable","message":"Deployment is starting"}', {}, false],
    [503, '{"detail":"Deployment is starting"}', {}, false],
    [504, '', {}, true],
  ])('%d %s %j: %s', async (status, body, headers, expected) => {
    const server = await startHttpServer(answerWith(status, body, headers));
    const error = await failureOf(createClient(server.url).kickoff(request));
    expect(error).toBeInstanceOf(AmpHttpStatusError);
    expect(error.httpStatus).toBe(status);
    expect(error.mayHaveBeenActedOn).toBe(expected);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['an empty body', ''],
    ['no id', '{"id":"run-1"}'],
    ['an id of null', '{"kickoff_id":null}'],
    ['an id that is a number', '{"kickoff_id":17}'],
    ['a blank id', '{"kickoff_id":" "}'],
    ['an id too long for a URL', `{"kickoff_id":"${'x'.repeat(3_000_000)}"}`],
    ['an id with half of a surrogate pair', String.raw`{"kickoff_id":"run-\ud800"}`],
  ])('a 200 with %s may have started a run', async (_name, body) => {
    const server = await startHttpServer(answerWith(200, body));
    const error = await failureOf(createClient(server.url).kickoff(request));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.mayHaveBeenActedOn).toBe(true);
    expect(error.httpStatus).toBe(200);
  });

  test('the status decides even where its body breaks off', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(422, { 'content-length': 100 });
      response.write('{"detail":', () => response.destroy());
    });
    const error = await failureOf(createClient(server.url).kickoff(request));
    expect(error).toBeInstanceOf(AmpHttpStatusError);
    expect(error.httpStatus).toBe(422);
    expect(error.mayHaveBeenActedOn).toBe(false);
  });
});
