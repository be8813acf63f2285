import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  AmpConnectionError,
  AmpResponseTooLargeError,
  AmpTimeoutError,
  AmpUnreadableResponseError,
} from '../../src/amp/index.js';
import { answerWith, createClient, failureOf, startHttpServer } from './loopback.js';

describe('a 200 that is no answer of the API', () => {
  test.each<[string, string, string]>([
    ['empty', '', 'HTTP 200, but the body is empty'],
    ['not JSON', 'ok', 'HTTP 200, but the body is not JSON: ok'],
    ['half of it', '{"state":"RUN', 'the body is not JSON: {"state":"RUN'],
    [
      'HTML',
      '<!DOCTYPE html>\n<html><body>Sign in</body></html>',
      'the body is HTML: <!DOCTYPE html> <html><body>Sign in</body></html>',
    ],
    [
      'no status',
      '{"kickoff_id":"run-1"}',
      'the body is no status: it has neither `state` nor `status`: {"kickoff_id":"run-1"}',
    ],
    ['no object', '[1]', 'the body is no status: the body is not a JSON object: [1]'],
  ])('%s', async (_name, body, message) => {
    const server = await startHttpServer(answerWith(200, body));
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.message).toContain(message);
  });

  test('quotes no more than 200 characters of it', async () => {
    const server = await startHttpServer(answerWith(200, 'x'.repeat(5_000)));
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(/x+…/.exec(error.message)?.[0]).toHaveLength(200);
  });

  test.each([
    ['no list', '{"inputs":"topic"}'],
    ['names that are no text', '{"inputs":[1]}'],
  ])('inputs: %s', async (_name, body) => {
    const server = await startHttpServer(answerWith(200, body));
    const error = await failureOf(createClient(server.url).inputs());
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.message).toContain('no list of names in `inputs`');
  });

  test('compression is not asked for, and not unpacked', async () => {
    const server = await startHttpServer(
      answerWith(200, gzipSync('{"state":"RUNNING"}'), { 'content-encoding': 'gzip' }),
    );
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(error).toBeInstanceOf(AmpUnreadableResponseError);
    expect(error.message).toContain('compressed (gzip), which was not asked for');
  });

  test('a byte order mark does no harm', async () => {
    const server = await startHttpServer(answerWith(200, '\ufeff{"state":"RUNNING"}'));
    expect(await createClient(server.url).getStatus('run-1')).toMatchObject({ status: 'running' });
  });
});

const fiftyMegabytes = 50 * 1024 * 1024;

describe('a body is read only up to the limit', () => {
  test('one that announces its size is not read at all', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-length': fiftyMegabytes }).flushHeaders();
    });
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpResponseTooLargeError);
    expect(error).toMatchObject({ sizeBytes: fiftyMegabytes, limitBytes: 8 * 1024 * 1024 });
    expect(error.message).toContain(String(fiftyMegabytes));
  });

  test('one that does not is given up when it is over', async () => {
    let written = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const server = await startHttpServer((_request, response) => {
      closed = once(response, 'close');
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const write = () => {
        while (written < fiftyMegabytes && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    await closed;
    expect(error).toBeInstanceOf(AmpResponseTooLargeError);
    expect(error).toMatchObject({ sizeBytes: undefined, httpStatus: 200 });
    expect(written).toBeLessThan(fiftyMegabytes);
  });

  test('one of exactly the limit is read', async () => {
    const body = '{"state":"RUNNING"}';
    const server = await startHttpServer(answerWith(200, body));
    const enough = createClient(server.url, { maximumResponseBytes: body.length });
    const oneLess = createClient(server.url, { maximumResponseBytes: body.length - 1 });
    expect(await enough.getStatus('run-1')).toMatchObject({ status: 'running' });
    expect(await failureOf(oneLess.getStatus('run-1'))).toBeInstanceOf(AmpResponseTooLargeError);
  });
});

describe('a read that takes too long', () => {
  test('to begin', async () => {
    const server = await startHttpServer(() => undefined);
    const client = createClient(server.url, { timeouts: { headersMs: 50 } });
    const error = await failureOf(client.getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpTimeoutError);
    expect(error.message).toContain('no answer within 0.05 s');
  });

  test('to end, although something keeps coming', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const client = createClient(server.url, { timeouts: { bodyMs: 50 } });
    const error = await failureOf(client.getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpTimeoutError);
    expect(error.message).toContain('the answer was not complete within 0.05 s');
  });

  test('and one whose connection breaks', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"state":', () => response.destroy());
    });
    const error = await failureOf(createClient(server.url).getStatus('run-1'));
    expect(error).toBeInstanceOf(AmpConnectionError);
  });
});
