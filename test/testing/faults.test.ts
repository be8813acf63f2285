import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { SimulatedAmp, StatusFault } from '../../src/testing/index.js';
import { call, kickoff, poll } from './call.js';
import { start } from './running-amp.js';

/** What fetch says went wrong, by the code of the socket or of undici. */
async function failureOf(request: Promise<unknown>): Promise<unknown> {
  try {
    await request;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error && 'code' in cause ? cause.code : error;
  }
  throw new Error('The request was answered.');
}

async function startWithRun(fault: StatusFault) {
  const amp = await start({ scenario: { statuses: ['running'] } });
  const route = `GET /status/${await kickoff(amp)}` as const;
  amp.faults.status = fault;
  return { amp, route };
}

describe('faults of an answer', () => {
  test.each([500, 502, 503, 504, 429, 401, 403, 404])('status %i, empty', async (status) => {
    const { amp, route } = await startWithRun({ status });
    expect(await call(amp, route)).toMatchObject({ status, type: null, body: '' });
    expect(amp.ledger.polls).toMatchObject([
      { httpStatus: status, answered: `fault: status ${status}`, step: null },
    ]);
  });

  test('status with a body, JSON or text, and headers', async () => {
    const { amp, route } = await startWithRun({
      status: 429,
      body: { detail: 'execution limit reached' },
      headers: { 'Retry-After': '7' },
    });
    const limited = await call(amp, route);
    expect(limited).toMatchObject({
      status: 429,
      type: 'application/json',
      body: { detail: 'execution limit reached' },
    });
    expect(limited.headers.get('retry-after')).toBe('7');

    amp.faults.status = { status: 500, body: 'Internal Server Error' };
    expect(await call(amp, route)).toMatchObject({
      status: 500,
      type: 'text/plain; charset=utf-8',
      body: 'Internal Server Error',
    });
  });

  test('reset: the connection breaks after the request was read', async () => {
    const { amp, route } = await startWithRun({ reset: true });
    expect(await failureOf(call(amp, route))).toBe('ECONNRESET');
    expect(amp.ledger.polls).toMatchObject([{ httpStatus: null, answered: 'fault: reset' }]);
  });

  test('hang: no answer, until the caller gives up', async () => {
    const { amp, route } = await startWithRun({ hang: true });
    const caller = new AbortController();
    const hanging = call(amp, route, { signal: caller.signal });
    await amp.ledger.until(({ polls }) => polls.length === 1);
    caller.abort(new Error('given up'));
    await expect(hanging).rejects.toThrow('given up');
    expect(amp.ledger.polls).toMatchObject([{ httpStatus: null, answered: 'fault: hang' }]);
  });

  test('half: the answer breaks off', async () => {
    const { amp, route } = await startWithRun({ half: true });
    expect(await failureOf(call(amp, route))).toBe('UND_ERR_SOCKET');
  });

  test("html: a gateway's page", async () => {
    const { amp, route } = await startWithRun({ html: true });
    expect(await call(amp, route)).toMatchObject({
      status: 502,
      type: 'text/html',
      body: expect.stringContaining('<h1>502 Bad Gateway</h1>') as unknown,
    });
    amp.faults.status = { html: '<p>Sign in</p>', status: 200 };
    expect(await call(amp, route)).toMatchObject({ status: 200, body: '<p>Sign in</p>' });
  });

  test('empty: 200 without a body', async () => {
    const { amp, route } = await startWithRun({ empty: true });
    const response = await fetch(amp.url + route.slice(4), {
      headers: { authorization: `Bearer ${amp.token}` },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  test('notJson: 200 that says it is JSON and is not', async () => {
    const { amp, route } = await startWithRun({ notJson: true });
    await expect(call(amp, route)).rejects.toThrow(SyntaxError);
    expect(amp.ledger.polls).toMatchObject([{ httpStatus: 200, answered: 'fault: notJson' }]);
  });

  test('bigBytes: the ordinary answer behind a field of that size', async () => {
    const { amp, route } = await startWithRun({ bigBytes: 50 * 1024 * 1024 });
    const big = await call(amp, route);
    expect(Number(big.headers.get('content-length'))).toBeGreaterThan(50 * 1024 * 1024);
    expect(big).toMatchObject({ status: 200, body: { state: 'STARTED' } });
  });

  test('drip: white space that never ends', async () => {
    const { amp, route } = await startWithRun({ drip: { bytes: 3, everyMs: 1 } });
    const caller = new AbortController();
    const response = await fetch(amp.url + route.slice(4), {
      headers: { authorization: `Bearer ${amp.token}` },
      signal: caller.signal,
    });
    const chunks: unknown[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      if (chunks.length === 3) break;
    }
    expect(chunks.join()).toMatch(/^32,32,32[32,]*$/); // Bytes that are spaces.
    caller.abort();
  });

  test('delayMs: the ordinary answer, after a fault of any kind too', async () => {
    const { amp, route } = await startWithRun({ delayMs: 5 });
    expect(await call(amp, route)).toMatchObject({ body: { state: 'STARTED' } });
    amp.faults.status = { delayMs: 5, status: 503 };
    expect(await call(amp, route)).toMatchObject({ status: 503 });
  });

  test('word: a status nobody knows', async () => {
    const { amp, route } = await startWithRun({ word: 'SOMETHING_NEW' });
    expect(await call(amp, route)).toMatchObject({
      status: 200,
      body: { state: 'SOMETHING_NEW', status: 'Task is SOMETHING_NEW', progress: { total: 3 } },
    });
  });

  test('notFound: as if the run had never been', async () => {
    const { amp, route } = await startWithRun({ notFound: true });
    expect(await call(amp, route)).toMatchObject({ status: 200, body: { state: 'NOT FOUND' } });
    amp.faults = {};
    expect(await call(amp, route)).toMatchObject({ status: 200, body: { state: 'STARTED' } });
  });

  test('GET /inputs has faults of its own', async () => {
    const amp = await start({ faults: { inputs: { status: 503 } } });
    expect(await call(amp, 'GET /inputs')).toMatchObject({ status: 503 });
    expect(amp.ledger.requests).toMatchObject([{ operation: 'inputs', httpStatus: 503 }]);
  });
});

describe('faults of a kickoff', () => {
  const request = (amp: SimulatedAmp) => call(amp, 'POST /kickoff', { body: { inputs: {} } });

  test.each([
    { fault: { status: 500 }, accepted: 0 },
    { fault: { status: 500, accepted: true }, accepted: 1 },
    { fault: { reset: true }, accepted: 0 },
    { fault: { reset: true, accepted: true }, accepted: 1 },
    { fault: { html: true }, accepted: 0 },
    { fault: { empty: true }, accepted: 1 },
    { fault: { empty: true, accepted: false }, accepted: 0 },
    { fault: { half: true }, accepted: 1 },
    { fault: { notJson: true }, accepted: 1 },
    { fault: { noKickoffId: true }, accepted: 1 },
    { fault: { delayMs: 1 }, accepted: 1 },
  ] as const)('$fault: received 1, accepted $accepted', async ({ fault, accepted }) => {
    const amp = await start({ faults: { kickoff: fault } });
    await request(amp).catch((error: unknown) => error);
    expect(amp.ledger.received).toHaveLength(1);
    expect(amp.ledger.kickoffs).toHaveLength(accepted);
  });

  test('hang, accepted: the run goes on, and nobody has its id', async () => {
    const amp = await start({ scenario: { statuses: ['running'] } });
    amp.faults.kickoff = { hang: true, accepted: true };
    const hanging = request(amp);
    await amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
    expect(await poll(amp, amp.ledger.kickoffs[0]?.kickoffId ?? '')).toBe('STARTED');
    const ended = expect(hanging).rejects.toThrow();
    await amp.stop();
    await ended;
  });

  test('noKickoffId: 200 with an object that has none', async () => {
    const amp = await start({ faults: { kickoff: { noKickoffId: true } } });
    expect(await request(amp)).toMatchObject({ status: 200, body: {} });
  });

  test('answerAfterMs: accepted and recorded long before it is answered', async () => {
    const amp = await start({ scenario: { kickoff: { answerAfterMs: 3_600_000 } } });
    const slow = request(amp);
    await amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
    const ended = expect(slow).rejects.toThrow();
    await amp.stop();
    await ended;
  });

  test("a scenario's own fault is met by its kickoffs, unless the server has one", async () => {
    const amp = await start({
      scenario: ({ inputs }) =>
        inputs['topic'] === 'bad' ? { kickoff: { fault: { status: 500, accepted: true } } } : {},
      faults: { kickoff: [null, null, { status: 503 }] },
    });
    const answers: number[] = [];
    for (const topic of ['good', 'bad', 'bad']) {
      answers.push((await call(amp, 'POST /kickoff', { body: { inputs: { topic } } })).status);
    }
    expect(answers).toEqual([200, 500, 503]);
    expect(amp.ledger.kickoffs.map(({ inputs }) => inputs['topic'])).toEqual(['good', 'bad']);
  });

  test('one that the API would refuse starts nothing under any fault', async () => {
    const amp = await start({
      requiredInputs: ['topic'],
      faults: { kickoff: { delayMs: 1, accepted: true } },
    });
    expect(await request(amp)).toMatchObject({ status: 422 });
    expect(amp.ledger.kickoffs).toHaveLength(0);
  });
});

describe('plans', () => {
  test('a list is taken from the front; null lets a request through, and so does its end', async () => {
    const { amp, route } = await startWithRun({ status: 500 });
    amp.faults.status = [null, { status: 502 }, { status: 503 }];
    const answers: number[] = [];
    for (let n = 1; n <= 5; n += 1) answers.push((await call(amp, route)).status);
    expect(answers).toEqual([200, 502, 503, 200, 200]);
  });

  test('a function sees the operation, the count and the run', async () => {
    const seen: unknown[] = [];
    const amp = await start();
    const id = await kickoff(amp);
    amp.faults.status = (request) => {
      seen.push(request);
      return request.n === 2 ? { status: 500 } : undefined;
    };
    expect((await call(amp, `GET /status/${id}`)).status).toBe(200);
    expect((await call(amp, `GET /status/${id}`)).status).toBe(500);
    expect(seen).toEqual([
      { operation: 'status', n: 1, kickoffId: id },
      { operation: 'status', n: 2, kickoffId: id },
    ]);
  });
});

describe('stop()', () => {
  test('closes connections that hang, that drip and that never asked; twice is once', async () => {
    const { amp, route } = await startWithRun({ hang: true });
    const silent = connect(amp.port, '127.0.0.1');
    await once(silent, 'connect');
    const silentClosed = once(silent, 'close');
    silent.on('error', () => silent.destroy());
    const hanging = call(amp, route);
    await amp.ledger.until(({ polls }) => polls.length === 1);
    amp.faults.status = { drip: { bytes: 1, everyMs: 1 } };
    const dripping = call(amp, route);
    await amp.ledger.until(({ polls }) => polls.length === 2);
    const ended = Promise.all([
      expect(hanging).rejects.toThrow(),
      expect(dripping).rejects.toThrow(),
      silentClosed,
    ]);
    await Promise.all([amp.stop(), amp.stop()]);
    await ended;
    expect(await failureOf(call(amp, 'GET /inputs'))).toBe('ECONNREFUSED');
  });

  test('frees the port for another server', async () => {
    const first = await start();
    await call(first, 'GET /inputs'); // Leaves an idle connection in fetch's pool.
    await first.stop();
    const second = await start({ port: first.port });
    expect(second.url).toBe(first.url);
    expect(await call(second, 'GET /inputs')).toMatchObject({ status: 200 });
  });

  test('a port that is taken is said to be', async () => {
    const first = await start();
    await expect(start({ port: first.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${first.port}`,
    );
  });
});
