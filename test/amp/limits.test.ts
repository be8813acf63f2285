import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  AmpConnectionError,
  AmpHttpStatusError,
  AmpResponseTooDeepError,
  AmpTimeoutError,
  AmpUnreadableResponseError,
} from '../../src/amp/index.js';
import {
  answerWith,
  createClient,
  failureOf,
  startHttpServer,
  startTcpServer,
} from './loopback.js';

const MB = 1024 * 1024;

describe('headers', () => {
  const rawAnswer = (headers: string) =>
    `HTTP/1.1 200 OK\r\n${headers}content-length: 19\r\n\r\n{"state":"RUNNING"}`;
  const answerRaw = (text: string) =>
    startTcpServer((socket) => socket.once('data', () => socket.end(text)));

  test('of 12 KB are read', async () => {
    const server = await answerRaw(rawAnswer(`x-trace: ${'x'.repeat(12 * 1024)}\r\n`));
    expect(await createClient(server.url).getStatus('run-1')).toMatchObject({ status: 'running' });
  });

  test.each([
    ['one of 20 KB', `x-trace: ${'x'.repeat(20 * 1024)}\r\n`],
    ['2,000 of a few bytes', 'x-a: bcdefg\r\n'.repeat(2_000)],
    ['one of 10 MB', `x-trace: ${'x'.repeat(10 * MB)}\r\n`],
  ])('beyond 16 KB are not: %s', async (_, headers) => {
    const server = await answerRaw(rawAnswer(headers));
    const read = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(read).toBeInstanceOf(AmpConnectionError);
    expect(read.message).toContain('Headers Overflow');
    // The API has answered the kickoff with something: a run may have been started.
    const kickoff = await failureOf(createClient(server.url).kickoff({ inputs: {} }));
    expect(kickoff).toMatchObject({ name: 'AmpConnectionError', mayHaveBeenActedOn: true });
  });

  test.each([
    ['a header that never ends', 'HTTP/1.1 200 OK\r\nx: ', 'y'],
    ['interim answers without end', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('have to come in time: %s', async (_, first, then) => {
    const server = await startTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(first);
        const drip = setInterval(() => socket.write(then), 5);
        socket.on('close', () => clearInterval(drip));
      });
    });
    const client = createClient(server.url, {
      timeouts: { headersMs: 50 },
      kickoffTimeoutMs: 50,
    });
    expect(await failureOf(client.getStatus('run-1'))).toBeInstanceOf(AmpTimeoutError);
    expect(await failureOf(client.kickoff({ inputs: {} }))).toMatchObject({
      name: 'AmpTimeoutError',
      mayHaveBeenActedOn: true,
    });
  });
});

describe('JSON without end in its depth', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

  test('is no JSON when it is cut off', async () => {
    const server = await startHttpServer(answerWith(200, '['.repeat(MB)));
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
  });

  test.each([500, 501, 5_000, MB / 2])('in a status, %d levels', async (levels) => {
    // The body itself is one level.
    const body = `{"state":"SUCCESS","result_json":${nested(levels - 1)}}`;
    const server = await startHttpServer(answerWith(200, body));
    const client = createClient(server.url);
    if (levels <= 500) {
      const status = await client.getStatus('run-1');
      expect(JSON.stringify(status.raw)).toBe(body);
    } else {
      const error = await failureOf(client.getStatus('run-1'));
      expect(error).toBeInstanceOf(AmpResponseTooDeepError);
      expect(error.message).toContain('HTTP 200, but the body is nested more than 500 levels deep');
    }
  });

  test('in all other answers', async () => {
    const deep = nested(10_000);
    for (const body of [deep, `{"kickoff_id":"run-1","x":${deep}}`, `{"inputs":${deep}}`]) {
      const server = await startHttpServer(answerWith(200, body));
      const client = createClient(server.url);
      expect(await failureOf(client.inputs())).toBeInstanceOf(AmpResponseTooDeepError);
      expect(await failureOf(client.kickoff({ inputs: {} }))).toMatchObject({
        name: 'AmpResponseTooDeepError',
        mayHaveBeenActedOn: true,
      });
    }
  });

  test.each([
    [422, `{"detail":[${nested(10_000)}]}`],
    [422, `{"error":${nested(10_000)}}`],
    [404, nested(5_000)],
  ])('in the answer to a kickoff that says no: %d', async (httpStatus, body) => {
    const server = await startHttpServer(answerWith(httpStatus, body));
    const error = await failureOf(createClient(server.url).kickoff({ inputs: {} }));
    expect(error).toBeInstanceOf(AmpHttpStatusError);
    expect(error).toMatchObject({ httpStatus, mayHaveBeenActedOn: false });
  });

  test('in a 404 for a status, which says no less for it', async () => {
    const server = await startHttpServer(answerWith(404, nested(5_000)));
    const status = await createClient(server.url).getStatus('run-1');
    expect(status).toEqual({ status: 'notFound', raw: nested(5_000) });
  });
});

describe('a compressed answer is not unpacked, though 10 MB come of a few KB', () => {
  const bombs: [string, Buffer][] = [
    ['gzip', gzipSync(Buffer.alloc(10 * MB))],
    ['deflate', deflateSync(Buffer.alloc(10 * MB))],
    ['br', brotliCompressSync(Buffer.alloc(10 * MB))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(10 * MB)))],
  ];

  test.each(bombs)('%s', async (encoding, bomb) => {
    const answer = (status: number) =>
      startHttpServer(answerWith(status, bomb, { 'content-encoding': encoding }));
    const [ok, failed] = [await answer(200), await answer(500)];
    const error = await failureOf(createClient(ok.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.message).toContain(`compressed (${encoding})`);
    const failure = await failureOf(createClient(failed.url).getStatus('run-1'));
    expect(failure).toMatchObject({ httpStatus: 500, apiMessage: undefined });
  });

  test.each(bombs)('%s, and not said to be', async (_, bomb) => {
    const server = await startHttpServer(answerWith(200, bomb));
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.message.length).toBeLessThan(500);
  });

  test('as the coding of the transfer', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * MB));
    const server = await startTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n');
        socket.write(`${bomb.length.toString(16)}\r\n`);
        socket.write(bomb);
        socket.end('\r\n0\r\n\r\n');
      });
    });
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
  });
});

test.each([301, 302, 303, 307, 308])(
  'a redirect within the same host is not followed either: %d',
  async (status) => {
    const server = await startHttpServer(answerWith(status, '', { location: '/elsewhere' }));
    const client = createClient(server.url);
    expect(await failureOf(client.kickoff({ inputs: {} }))).toBeInstanceOf(AmpHttpStatusError);
    expect(await failureOf(client.getStatus('run-1'))).toBeInstanceOf(AmpHttpStatusError);
    expect(server.requests.map(({ path }) => path)).toEqual(['/kickoff', '/status/run-1']);
  },
);

describe('a read whose refusal drips for ever ends, and the status counts', () => {
  test.each([401, 404, 503])('%d', async (status) => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(status, { 'retry-after': '7' });
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const client = createClient(server.url, { timeouts: { bodyMs: 50 } });
    if (status === 404) {
      expect(await client.getStatus('run-1')).toEqual({ status: 'notFound', raw: null });
      return;
    }
    const error = await failureOf(client.getStatus('run-1'));
    expect(error).toMatchObject({ httpStatus: status, retryAfterMs: 7_000 });
    expect(error.message).toContain('its body could not be read, the answer was not complete');
  });
});

/**
 * What a reader with an expression that tries each way to match would not come back from: most of
 * these took minutes, or all time there is.
 */
describe('a body of 2 MB that is made to be hard to read is read at once', () => {
  const fill = (start: string, unit: string, rest = '') =>
    start + unit.repeat((2 * MB - start.length - rest.length) / unit.length) + rest;

  test.each([
    // No more of them: with 33, the minute of a test is over before the expression is.
    ['comments', '<!---->'.repeat(33)],
    ['comments that do not end', fill('', '<!--')],
    ['blanks', fill('x', ' ', 'x')],
    ['lines', fill('', ' \n')],
    ['words', fill('', 'x ')],
    ['tags', fill('<html>', '<')],
    ['titles', fill('<html>', '<title ')],
    ['scripts', fill('<html>', '<script>')],
    ['names of missing inputs', fill('Missing inputs: ', 'a,')],
    ['a name that nearly ends', fill('Missing inputs: a', '.', 'x')],
    ['announcements of names', fill('', 'missing inputs ')],
    ['a list of names', fill('{"error":"x","details":{"missing_inputs":[', '"",', '""]}}')],
    ['a list of problems', fill('{"detail":[', '{},', '{}]}')],
    ['brackets', fill('{"detail":', '[')],
    ['characters in long', fill('{"detail":"', '\\u0000', '"}')],
  ])('%s', async (_, body) => {
    const server = await startHttpServer((request, response) => {
      response.writeHead(request.method === 'POST' ? 422 : 200).end(body);
    });
    const client = createClient(server.url);
    const refused = await failureOf(client.kickoff({ inputs: {} }));
    expect(refused).toMatchObject({ httpStatus: 422, mayHaveBeenActedOn: false });
    expect(refused.message.length).toBeLessThan(3_000);
    const unreadable = await failureOf(client.getStatus('run-1'));
    expect(unreadable).toBeInstanceOf(AmpUnreadableResponseError);
    expect(unreadable.message.length).toBeLessThan(500);
  });
});
