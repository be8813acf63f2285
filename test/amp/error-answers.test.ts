import { describe, expect, test } from 'vitest';
import { AmpHttpStatusError } from '../../src/amp/index.js';
import { answerWith, createClient, failureOf, startHttpServer, TOKEN } from './loopback.js';

async function errorFor(status: number, body: string, headers: Record<string, string> = {}) {
  const server = await startHttpServer(answerWith(status, body, headers));
  const error = await failureOf(createClient(server.url).kickoff({ inputs: {} }));
  expect(error).toBeInstanceOf(AmpHttpStatusError);
  return error;
}

describe("the API's own words, whichever shape its error has", () => {
  test.each<[string, number, string, string | undefined]>([
    ['{error, message}', 401, '{"error":"Unauthorized","message":"Bad"}', 'Unauthorized: Bad'],
    ['{error} alone', 404, '{"error":"Execution not found"}', 'Execution not found'],
    ['{error, message} that agree', 400, '{"error":"Bad","message":"Bad"}', 'Bad'],
    ['{detail: text}', 401, '{"detail":"Invalid bearer token"}', 'Invalid bearer token'],
    [
      '{detail: list}',
      422,
      '{"detail":[{"loc":["body","inputs"],"msg":"Input should be a dict","type":"dict_type"},{"odd":1}]}',
      'body.inputs: Input should be a dict; {"odd":1}',
    ],
    ['a gateway in JSON', 429, '{"message":"Too many requests"}', 'Too many requests'],
    ['JSON text', 500, '"boom"', 'boom'],
    ['JSON of no known shape', 500, '{"code":7}', '{"code":7}'],
    ['plain text', 500, 'Internal\n  Server Error\n', 'Internal Server Error'],
    [
      'a page with a title',
      502,
      '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>',
      '502 Bad Gateway',
    ],
    [
      'a page without one',
      502,
      '<html><style>p{}</style><body><h1>Bad</h1>\n<p>Gateway</p></body></html>',
      'Bad Gateway',
    ],
    ['nothing', 500, '', undefined],
    ['blanks', 500, ' \n ', undefined],
  ])('%s', async (_name, status, body, expected) => {
    const error = await errorFor(status, body);
    expect(error.apiMessage).toBe(expected);
    expect(error.message).toContain(`HTTP ${status}`);
    if (expected !== undefined) expect(error.message).toContain(expected);
  });

  test('a long text is cut', async () => {
    const error = await errorFor(500, 'x'.repeat(100_000));
    expect(error.apiMessage).toHaveLength(1_000);
  });
});

describe('the names of missing inputs', () => {
  test.each<[string, string, string[]]>([
    [
      'documented: a list',
      '{"error":"Validation Error","message":"Missing required inputs","details":{"missing_inputs":["topic","year"]}}',
      ['topic', 'year'],
    ],
    ['live: a sentence', '{"detail":"Missing inputs: topic, year"}', ['topic', 'year']],
    [
      'a sentence with quotes and a full stop',
      '{"detail":"Missing required inputs: [\'topic\', \'year\']."}',
      ['topic', 'year'],
    ],
    [
      'live: a list of problems',
      '{"detail":[{"loc":["body","inputs","topic"],"msg":"Field required","type":"missing"},{"loc":["body","inputs","year"],"msg":"Input should be a string","type":"string_type"}]}',
      ['topic'],
    ],
    [
      'a list with the sentence in it',
      '{"detail":[{"loc":["body"],"msg":"Missing inputs: topic","type":"value_error"}]}',
      ['topic'],
    ],
    ['none of it', '{"detail":"Inputs are invalid"}', []],
  ])('%s', async (_name, body, expected) => {
    expect((await errorFor(422, body)).missingInputs).toEqual(expected);
  });
});

test('the message says what failed, why, method and URL, and the crew', async () => {
  const server = await startHttpServer(answerWith(422, '{"detail":"Missing inputs: topic"}'));
  const error = await failureOf(createClient(`${server.url}/crews/7/`).kickoff({ inputs: {} }));
  expect(error.message).toBe(
    `Kickoff failed: HTTP 422: Missing inputs: topic (POST ${server.url}/crews/7/kickoff, crew "research")`,
  );
  expect(error).toMatchObject({
    name: 'AmpHttpStatusError',
    operation: 'POST /kickoff',
    operationName: 'kickoff',
    crew: 'research',
    retryAfterMs: undefined,
  });
});

test('the path in the message is percent-encoded', async () => {
  const server = await startHttpServer(answerWith(500));
  const error = await failureOf(createClient(server.url).getStatus('a/b c'));
  expect(error.message).toContain(`GET ${server.url}/status/a%2Fb%20c`);
  expect(error.operation).toBe('GET /status/{kickoff_id}');
});

test('`Retry-After` is read as milliseconds', async () => {
  expect((await errorFor(429, '', { 'retry-after': '7' })).retryAfterMs).toBe(7_000);
});

describe('a token that the answer repeats is masked', () => {
  test.each([
    ['in JSON', 500, `{"detail":"no such token: ${TOKEN}"}`, {}],
    ['in an excerpt, also where it would be cut', 500, `${'x'.repeat(995)}${TOKEN}`, {}],
    ['in a page', 502, `<html><title>authorization: Bearer ${TOKEN}</title></html>`, {}],
    ['in the name of an input', 422, `{"detail":"Missing inputs: ${TOKEN}"}`, {}],
    ['in a redirect', 302, '', { location: `https://elsewhere.test/${TOKEN}?t=${TOKEN}` }],
  ])('%s', async (_name, status, body, headers) => {
    const error = await errorFor(status, body, headers);
    const everything = JSON.stringify([error.message, error.apiMessage, error.missingInputs]);
    expect(everything).not.toContain(TOKEN.slice(0, 6));
    expect(everything).toContain('**');
  });

  test('in a 200 that is not readable', async () => {
    const server = await startHttpServer(answerWith(200, `${'x'.repeat(195)}${TOKEN}`));
    const error = await failureOf(createClient(server.url).inputs());
    expect(error.message).not.toContain(TOKEN.slice(0, 4));
    expect(error.message).toContain(`${'x'.repeat(195)}***`);
  });
});
