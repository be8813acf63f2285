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

  const special = `a/b"c&d<e>f'g\\h+i=j`;
  const inJson = JSON.stringify(special).slice(1, -1);
  test.each([
    ['as it is', special],
    ['in JSON', inJson],
    ['in JSON within JSON', JSON.stringify(inJson).slice(1, -1)],
    ['in the JSON of PHP', inJson.replaceAll('/', String.raw`\/`)],
    [
      'in the JSON of Rails',
      inJson.replaceAll(/[&<>]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    ],
    ['in a URL', encodeURIComponent(special)],
    ['in a URL, in lower case', encodeURIComponent(special).toLowerCase()],
    [
      'in HTML',
      special
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
    ],
  ])('however its special characters are written: %s', async (_name, spelt) => {
    const server = await startHttpServer(answerWith(500, `not ${spelt}, please`));
    const client = createClient(server.url, { token: () => Promise.resolve(special) });
    expect((await failureOf(client.inputs())).message).toContain('not ***, please');
  });

  test('in time, in a body that is made to be searched for ever', async () => {
    const server = await startHttpServer(answerWith(500, '\\'.repeat(200_000)));
    const client = createClient(server.url, { token: () => Promise.resolve('/a-token') });
    expect((await failureOf(client.inputs())).message).toContain('HTTP 500');
  });

  test('in a status, be it the output of the crew; a short one may be a word of it', async () => {
    const body = (token: string) => JSON.stringify({ state: `SEEN ${token}`, result: token });
    const server = await startHttpServer(answerWith(200, body(TOKEN)));
    const status = await createClient(server.url).getStatus('some-id');
    expect(JSON.stringify(status)).not.toContain(TOKEN);
    expect(JSON.stringify(status)).toContain('SEEN ***');

    const short = await startHttpServer(answerWith(200, body('whale')));
    const client = createClient(short.url, { token: () => Promise.resolve('whale') });
    expect(JSON.stringify(await client.getStatus('some-id'))).toContain('SEEN whale');
  });

  test('in a body that comes with a 404', async () => {
    const server = await startHttpServer(answerWith(404, `{"detail":"not ${TOKEN}"}`));
    await expect(createClient(server.url).getStatus('some-id')).resolves.toEqual({
      status: 'notFound',
      raw: { detail: 'not ***' },
    });
  });

  test('in a 200 that is not readable', async () => {
    const server = await startHttpServer(answerWith(200, `${'x'.repeat(195)}${TOKEN}`));
    const error = await failureOf(createClient(server.url).inputs());
    expect(error.message).not.toContain(TOKEN.slice(0, 4));
    expect(error.message).toContain(`${'x'.repeat(195)}***`);
  });
});
