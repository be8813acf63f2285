import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  AmpAbortedError,
  AmpClient,
  AmpConnectionError,
  AmpHttpStatusError,
} from '../../src/amp/index.js';
import {
  answerWith,
  createClient,
  failureOf,
  findClosedPort,
  kickoffAnswer,
  startHttpServer,
  startTcpServer,
  TOKEN,
} from './loopback.js';

describe('the three operations', () => {
  test('inputs', async () => {
    const server = await startHttpServer(answerWith(200, '{"inputs":["topic","year"]}'));
    expect(await createClient(server.url).inputs()).toEqual(['topic', 'year']);
    expect(server.requests).toMatchObject([
      { method: 'GET', path: '/inputs', headers: { authorization: `Bearer ${TOKEN}` } },
    ]);
  });

  test('kickoff', async () => {
    const server = await startHttpServer(kickoffAnswer);
    const request = { inputs: { topic: 'tides' }, meta: { a: 1 }, restoreFromStateId: 's-1' };
    const answer = await createClient(server.url).kickoff(request, { idempotencyKey: 'key-1' });
    expect(answer).toEqual({ kickoffId: 'run-1' });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/kickoff',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          'idempotency-key': 'key-1',
          connection: 'close',
        },
      },
    ]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(request);
  });

  test('getStatus, for an id of any characters', async () => {
    const server = await startHttpServer(answerWith(200, '{"state":"PENDING"}'));
    expect(await createClient(`${server.url}/crews/7/`).getStatus('a/b?c#é')).toMatchObject({
      status: 'pending',
    });
    expect(server.requests[0]?.path).toBe('/crews/7/status/a%2Fb%3Fc%23%C3%A9');
  });

  test.each([
    ['{"error":"Execution not found"}', { error: 'Execution not found' }],
    ['gone', 'gone'],
    ['', ''],
  ])('getStatus, where 404 %j is a value', async (body, raw) => {
    const server = await startHttpServer(answerWith(404, body));
    expect(await createClient(server.url).getStatus('x')).toEqual({ status: 'notFound', raw });
  });

  test('getStatus refuses an empty id', async () => {
    await expect(createClient('http://127.0.0.1:1').getStatus('')).rejects.toThrow(TypeError);
  });
});

describe('connections', () => {
  test('reads share them', async () => {
    const server = await startHttpServer(answerWith(200, '{"state":"RUNNING"}'));
    const client = createClient(server.url);
    for (let read = 0; read < 20; read++) await client.getStatus('run-1');
    expect(server.requests).toHaveLength(20);
    // A read that follows at once finds the first connection not yet free again.
    expect(server.connections.size).toBeLessThanOrEqual(2);
  });

  test('each kickoff has a new one, which ends with it', async () => {
    const server = await startHttpServer((request, response) => {
      if (request.method === 'POST') kickoffAnswer(request, response);
      else response.end('{"inputs":[]}');
    });
    const client = createClient(server.url);
    await client.inputs();
    await client.kickoff({ inputs: {} });
    await client.kickoff({ inputs: {} });
    await client.inputs();
    expect(server.requests.map(({ method, connection }) => [method, connection])).toEqual([
      ['GET', 1],
      ['POST', 2],
      ['POST', 3],
      ['GET', 1],
    ]);
    const [, ...kickoffs] = server.connections.keys();
    for (const socket of kickoffs) if (!socket.destroyed) await once(socket, 'close');
  });

  test('hundreds of slow reads are under way at once', async () => {
    const waiting: (() => void)[] = [];
    const server = await startHttpServer((_request, response) => {
      waiting.push(() => response.end('{"state":"RUNNING"}'));
      if (waiting.length === 250) for (const answer of waiting) answer();
    });
    const client = createClient(server.url);
    const reads = Array.from({ length: 250 }, (_, index) => client.getStatus(`run-${index}`));
    expect(await Promise.all(reads)).toHaveLength(250);
  });

  test('more reads than connections all end, also where nobody listens', async () => {
    const client = createClient(`http://127.0.0.1:${await findClosedPort()}`);
    const reads = Array.from({ length: 300 }, () => failureOf(client.getStatus('run-1')));
    for (const error of await Promise.all(reads)) {
      expect(error).toBeInstanceOf(AmpConnectionError);
      expect(error.mayHaveBeenActedOn).toBe(false);
    }
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%d is not followed', async (status) => {
    const elsewhere = await startHttpServer(kickoffAnswer);
    const location = `${elsewhere.url}/kickoff?secret=1`;
    const server = await startHttpServer(answerWith(status, '', { location }));
    const client = createClient(server.url);
    for (const call of [client.kickoff({ inputs: {} }), client.inputs()]) {
      const error = await failureOf(call);
      expect(error).toBeInstanceOf(AmpHttpStatusError);
      expect(error.mayHaveBeenActedOn).toBe(false);
      expect(error.message).toContain(`redirects to ${elsewhere.url}/kickoff are not followed`);
      expect(error.message).not.toContain('secret');
    }
    expect(elsewhere.connections.size).toBe(0);
  });
});

describe('a token that the API refuses', () => {
  const only = (accepted: string, status: number) =>
    startHttpServer((request, response) => {
      if (request.headers.authorization === `Bearer ${accepted}`) kickoffAnswer(request, response);
      else response.writeHead(status).end('{"detail":"Invalid token"}');
    });

  test.each([401, 403])('with %d is read again, and the call repeated once', async (status) => {
    const server = await only('new', status);
    const asked: (string | undefined)[] = [];
    let sendings = 0;
    const client = createClient(server.url, {
      token: (refused) => {
        asked.push(refused);
        return refused === undefined ? TOKEN : 'new';
      },
    });
    const answer = await client.kickoff({ inputs: {} }, { beforeSend: () => void sendings++ });
    expect(answer).toEqual({ kickoffId: 'run-1' });
    expect(asked).toEqual([undefined, TOKEN]);
    expect(sendings).toBe(2);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('is not sent again when there is no other', async () => {
    const server = await only('new', 401);
    const error = await failureOf(createClient(server.url).kickoff({ inputs: {} }));
    expect(error).toMatchObject({
      httpStatus: 401,
      apiMessage: 'Invalid token',
      mayHaveBeenActedOn: false,
    });
    expect(error.message).toContain('the API refuses the token');
    expect(server.requests).toHaveLength(1);
  });

  test('and whose successor is refused too: no third time, and neither is shown', async () => {
    const server = await startHttpServer((request, response) => {
      response
        .writeHead(401)
        .end(`{"detail":"not ${request.headers.authorization}, nor ${TOKEN}"}`);
    });
    const client = createClient(server.url, {
      token: (refused) => (refused === undefined ? TOKEN : 'successor'),
    });
    const error = await failureOf(client.getStatus('run-1'));
    expect(error.apiMessage).toBe('not Bearer ***, nor ***');
    expect(server.requests).toHaveLength(2);
  });

  test('and cannot be read again: the refusal is the error, with the reason', async () => {
    const server = await only('new', 401);
    const unreadable = new Error('EACCES: token file');
    const client = createClient(server.url, {
      token: (refused) => {
        if (refused !== undefined) throw unreadable;
        return TOKEN;
      },
    });
    const error = await failureOf(client.inputs());
    expect(error).toMatchObject({ httpStatus: 401, cause: unreadable });
    expect(error.message).toContain('EACCES: token file');
  });
});

describe('a token of a caller’s own', () => {
  test('is the only one that is sent, over connections that are shared', async () => {
    const server = await startHttpServer(answerWith(200, '{"state":"PENDING"}'));
    const client = createClient(server.url);
    for (let read = 0; read < 10; read++) {
      await client.withToken(() => `own-${read}`).getStatus('run-1');
      await client.getStatus('run-1');
    }
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 10 }, (_, read) => [`Bearer own-${read}`, `Bearer ${TOKEN}`]).flat(),
    );
    expect(server.connections.size).toBeLessThanOrEqual(2);
  });

  test('is not replaced by the client’s when it is refused, and not shown', async () => {
    const server = await startHttpServer((request, response) => {
      response.writeHead(401).end(`{"detail":"not ${request.headers.authorization}"}`);
    });
    const client = createClient(server.url).withToken(() => 'own');
    const error = await failureOf(client.kickoff({ inputs: {} }));
    expect(error.apiMessage).toBe('not Bearer ***');
    expect(server.requests).toMatchObject([{ headers: { authorization: 'Bearer own' } }]);
  });

  test('ends with the client that it was given to', async () => {
    const server = await startHttpServer(kickoffAnswer);
    const client = createClient(server.url);
    const own = client.withToken(() => 'own');
    await client.close();
    const error = await failureOf(own.kickoff({ inputs: {} }));
    expect(error.message).toContain('not sent: the client is closed');
    expect(server.requests).toHaveLength(0);
  });
});

describe('an AbortSignal ends a read', () => {
  const reason = new Error('enough');

  test('before it began, without a connection', async () => {
    const server = await startHttpServer(answerWith(200, '{"inputs":[]}'));
    const error = await failureOf(
      createClient(server.url).inputs({ signal: AbortSignal.abort(reason) }),
    );
    expect(error).toBeInstanceOf(AmpAbortedError);
    expect(error.cause).toBe(reason);
    expect(server.connections.size).toBe(0);
  });

  test('while it connects', async () => {
    const abort = new AbortController();
    const server = await startTcpServer((socket) => {
      socket.resume();
      abort.abort(reason);
    });
    const client = createClient(`https://127.0.0.1:${server.port}`);
    const error = await failureOf(client.inputs({ signal: abort.signal }));
    expect(error).toBeInstanceOf(AmpAbortedError);
    // Still connecting, which closing the client would wait for.
    server.sockets[0]?.destroy();
  });

  test.each([200, 401])('within the body of a %d', async (status) => {
    const abort = new AbortController();
    const server = await startHttpServer((_request, response) => {
      response.writeHead(status);
      response.write(' ', () => abort.abort(reason));
    });
    const error = await failureOf(createClient(server.url).inputs({ signal: abort.signal }));
    expect(error).toBeInstanceOf(AmpAbortedError);
    expect(error.cause).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test('and leaves nothing behind on the signal', async () => {
    const server = await startHttpServer(answerWith(200, '{"inputs":[]}'));
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...parameters: Parameters<typeof add>) => {
      listeners++;
      add(...parameters);
    };
    signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
      listeners--;
      remove(...parameters);
    };
    await createClient(server.url).inputs({ signal });
    expect(listeners).toBe(0);
  });
});

test.each([
  'crew.example',
  'ftp://crew.example',
  'https://user:pass@crew.example',
  'https://crew.example/?token=x',
])('a URL like %s is refused, and not repeated', (url) => {
  const create = () => new AmpClient({ url, token: () => TOKEN });
  expect(create).toThrow(TypeError);
  expect(create).not.toThrow(url);
});
