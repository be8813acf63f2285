import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { KickoffFault } from '../../src/testing/index.js';
import { SELF_SIGNED } from '../amp/self-signed.js';
import { followHistory, kickoffOutcomes } from '../support/run-history.js';
import type { Visit } from './crew-door.js';
import { runOf } from './follow-reaction.js';
import type { Situation } from './situation.js';
import type { CrewStage, PlannedFault } from './stage.js';

type ApiSituation = Situation<CrewStage>;
type Fixed = Pick<ApiSituation, 'outcome' | 'run' | 'accepted'>;

const NOT_ACTED_ON: Fixed = { outcome: 'notActedOn', run: 'sendsAgain', accepted: [1] };
const LATER: Fixed = { ...NOT_ACTED_ON, run: 'sendsAgainLater' };
const AN_HOUR: Fixed = { outcome: 'notActedOn', run: 'waitsAnHour', accepted: [0] };
const UNREACHABLE: Fixed = { outcome: 'notActedOn', run: 'goesOnTrying', accepted: [0] };
const REFUSED: Fixed = { outcome: 'refused', run: 'isRejected', accepted: [0] };
/** Played twice: once where the API acted on it, and once where it did not. */
const UNKNOWN: Fixed = { outcome: 'unknown', run: 'waits', accepted: [0, 1] };

/** The API answers so, and as usual afterwards; a run for each answer. */
function answered(what: string, fixed: Fixed, ...answers: PlannedFault[]): ApiSituation {
  const faults = fixed.accepted.length === 1 ? answers : answers.flatMap(toActedOnOrNot);
  return {
    what,
    ...fixed,
    bringAbout: (stage) => Promise.all(faults.map((fault) => stage.start({ faults: [fault] }))),
  };
}

function toActedOnOrNot(answer: PlannedFault): PlannedFault[] {
  return [false, true].map((accepted) => () => ({
    ...(typeof answer === 'function' ? answer() : answer),
    accepted,
  }));
}

/** The API's other end of the connection does this, after the request was read. */
function broken(what: string, act: (worker: net.Socket) => void): ApiSituation {
  const meet = (forwards: boolean) => async (visit: Visit) => {
    if (forwards) await visit.forward();
    else await once(visit.worker, 'data');
    act(visit.worker);
  };
  return {
    what,
    ...UNKNOWN,
    bringAbout: (stage) =>
      Promise.all(
        [false, true].map(async (forwards) => {
          const crew = await stage.addCrewBehindDoor(meet(forwards));
          return stage.start({ input: { crew } });
        }),
      ),
  };
}

/** The API's other end of the connection does this before anything was sent. */
function closedEarly(what: string, meet: (visit: Visit) => void): ApiSituation {
  return {
    what,
    ...NOT_ACTED_ON,
    async bringAbout(stage) {
      const crew = await stage.addCrewBehindDoor(meet);
      return [await stage.start({ input: { crew } })];
    },
  };
}

/** A crew that cannot be had for as long as the test runs. */
function unreachable(what: string, open: (stage: CrewStage) => Promise<string>): ApiSituation {
  return {
    what,
    ...UNREACHABLE,
    async bringAbout(stage) {
      const crew = stage.addCrew({ url: await open(stage) });
      return [await stage.start({ input: { crew } })];
    },
  };
}

async function listen(stage: CrewStage, server: net.Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  stage.beforeClose(async () => {
    for (const socket of sockets) socket.destroy();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });
  return `https://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

const retryAfter = (status: 429 | 503, value: string): KickoffFault => ({
  status,
  headers: { 'retry-after': value },
});
/** Far enough ahead to be told from the backoff on a busy machine. */
const retryAtDate = (status: 429 | 503) => () =>
  retryAfter(status, new Date(Date.now() + 5_000).toUTCString());
const AMP_ERROR = { detail: 'Starting up' };
const AMP_DOCUMENTED_ERROR = { error: 'Unavailable', message: 'Starting up' };
const HALF_AN_ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"kickoff_id":';

const NEVER_SENT: ApiSituation[] = [
  unreachable('The host has no address (DNS).', () => Promise.resolve('http://crew.invalid')),
  {
    what: 'The connection is refused.',
    ...NOT_ACTED_ON,
    async bringAbout(stage) {
      // It was free a moment ago.
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      server.close();
      const crew = stage.addCrew({ url: `http://127.0.0.1:${port}` });
      const handle = await stage.start({ input: { crew } });
      await followHistory(
        stage.client,
        runOf(handle),
        (events) => kickoffOutcomes(events).length > 0,
      );
      await stage.addCrewBehindDoor(
        ({ worker, forward }) => {
          void forward().then((api) => api.pipe(worker));
        },
        { port },
      );
      return [handle];
    },
  },
  unreachable(
    'There is no connection within 10 s, which DNS, TCP and TLS have together: TLS does not answer.',
    (stage) =>
      listen(
        stage,
        net.createServer((socket) => socket.resume()),
      ),
  ),
  unreachable('Nobody vouches for its TLS certificate.', (stage) =>
    listen(stage, tls.createServer(SELF_SIGNED)),
  ),
  unreachable('It does not speak TLS.', (stage) =>
    listen(
      stage,
      net.createServer((socket) => {
        socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
      }),
    ),
  ),
  closedEarly('It closes the connection before the request was written.', ({ worker }) => {
    worker.end();
  }),
  closedEarly('It resets the connection before the request was written.', ({ worker }) => {
    worker.resetAndDestroy();
  }),
  {
    what: 'The token cannot be read.',
    ...NOT_ACTED_ON,
    async bringAbout(stage) {
      const crew = stage.addCrew({ token: createTokenThatFailsOnce() });
      return [await stage.start({ input: { crew } })];
    },
  },
];

function createTokenThatFailsOnce() {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked === 1) return Promise.reject(new Error('ENOENT: token file'));
    return Promise.resolve('crew-token');
  };
}

const SENT: ApiSituation[] = [
  {
    what: 'The connection is reset while the request is being written.',
    outcome: 'unknown',
    run: 'waits',
    accepted: [0],
    async bringAbout(stage) {
      const crew = await stage.addCrewBehindDoor(({ worker }) => {
        worker.once('data', () => worker.resetAndDestroy());
      });
      // More than a socket takes at once, less than a payload may have.
      return [await stage.start({ input: { crew }, ballast: 'x'.repeat(1_500_000) })];
    },
  },
  answered('The connection is reset after the request was written.', UNKNOWN, { reset: true }),
  broken('The connection is closed after the request was written.', (worker) => worker.end()),
  answered('No answer comes within `kickoff_timeout`.', UNKNOWN, { hang: true }),
  broken('The answer breaks off in its headers.', (worker) =>
    worker.end('HTTP/1.1 200 OK\r\nContent-Le'),
  ),
  answered('The answer breaks off in its body.', UNKNOWN, { half: true }),
  broken('Half an answer comes, and no more of it.', (worker) => worker.write(HALF_AN_ANSWER)),
  answered('The answer drips in without end.', UNKNOWN, { drip: { bytes: 1, everyMs: 50 } }),
  broken('The answer is not HTTP.', (worker) => worker.end('who is this?\r\n\r\n')),
];

const ANSWERED: ApiSituation[] = [
  {
    what: '`200` with a `kickoff_id`.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    bringAbout: async (stage) => [await stage.start()],
  },
  answered('`200` with an empty body.', UNKNOWN, { empty: true }),
  answered('`200` that is not JSON.', UNKNOWN, { notJson: true }),
  answered("`200` with a gateway's page.", UNKNOWN, { html: true, status: 200 }),
  answered('`200` with more than 8 MB.', UNKNOWN, { bigBytes: 9 * 1024 * 1024 }),
  answered('`200` without a `kickoff_id`.', UNKNOWN, { noKickoffId: true }),
  answered('`200` with a `kickoff_id` of `null`.', UNKNOWN, {
    status: 200,
    body: { kickoff_id: null },
  }),
  answered('`200` with a `kickoff_id` that is longer than 200 characters.', UNKNOWN, {
    status: 200,
    body: { kickoff_id: 'x'.repeat(3_000_000) },
  }),
  answered('`200` with a `kickoff_id` that cannot be encoded.', UNKNOWN, {
    status: 200,
    body: { kickoff_id: 'run-\ud800' },
  }),
  answered(
    'A redirect, which is not followed: `301`, `302`, `303`, `307`, `308`.',
    REFUSED,
    ...[301, 302, 303, 307, 308].map((status) => ({ status, headers: { location: '/kickoff' } })),
  ),
  answered(
    '`400`, `402`, `403`, `404`, `408`, `409`, `413`, `422`.',
    REFUSED,
    ...[400, 402, 403, 404, 408, 409, 413, 422].map((status) => ({ status })),
  ),
  answered('`401`, and there is no other token.', REFUSED, { status: 401 }),
  {
    what: '`401`, and the token file has another token by now: sent once more with that.',
    outcome: 'accepted',
    run: 'completes',
    accepted: [1],
    whenCancelled: {
      what: 'The answer is `401`, and the token file has another token by now: it is not sent once more.',
      outcome: 'notActedOn',
      run: 'isCancelledBefore',
      accepted: [0],
    },
    async bringAbout(stage) {
      const token = (refused?: string) =>
        Promise.resolve(refused === undefined ? 'old-token' : 'crew-token');
      return [await stage.start({ input: { crew: stage.addCrew({ token }) } })];
    },
  },
  answered('`429`.', NOT_ACTED_ON, { status: 429 }),
  answered('`429` with `Retry-After` in seconds.', LATER, retryAfter(429, '3')),
  answered('`429` with `Retry-After` as a date.', LATER, retryAtDate(429)),
  answered(
    '`429` with a `Retry-After` that cannot be read.',
    NOT_ACTED_ON,
    retryAfter(429, 'soon'),
    retryAfter(429, '-1'),
  ),
  answered(
    '`429` or `503` with a `Retry-After` of 0, or of a date that has passed.',
    NOT_ACTED_ON,
    retryAfter(429, '0'),
    retryAfter(503, 'Sun, 06 Nov 1994 08:49:37 GMT'),
  ),
  answered(
    '`429` or `503` with a `Retry-After` of more than an hour, or of the year 9999.',
    AN_HOUR,
    retryAfter(429, '864000'),
    retryAfter(503, 'Fri, 31 Dec 9999 23:59:59 GMT'),
  ),
  answered('`503` with `Retry-After` in seconds.', LATER, retryAfter(503, '3')),
  answered('`503` with `Retry-After` as a date.', LATER, retryAtDate(503)),
  answered('`503` with `{"detail": …}`, in the words of AMP.', NOT_ACTED_ON, {
    status: 503,
    body: AMP_ERROR,
  }),
  answered('`503` with `{"error": …, "message": …}`, in the words of AMP.', NOT_ACTED_ON, {
    status: 503,
    body: AMP_DOCUMENTED_ERROR,
  }),
  answered('`503`, bare.', UNKNOWN, { status: 503 }),
  answered("`503` with a gateway's page.", UNKNOWN, { status: 503, html: true }),
  answered('`503` with `{"message": …}`, in the words of a gateway.', UNKNOWN, {
    status: 503,
    body: { message: 'no healthy upstream' },
  }),
  answered(
    '`503` with a `Retry-After` that cannot be read.',
    UNKNOWN,
    ...['soon', '-1', '9'.repeat(30)].map((value) => retryAfter(503, value)),
  ),
  answered('`500`, bare.', UNKNOWN, { status: 500 }),
  answered('`500` in the words of AMP.', UNKNOWN, { status: 500, body: AMP_ERROR }),
  answered("`502` with a gateway's page.", UNKNOWN, { html: true }),
  answered('`502` with `Retry-After`.', UNKNOWN, {
    status: 502,
    headers: { 'retry-after': '1' },
  }),
  answered('`504`.', UNKNOWN, { status: 504 }),
];

/** What the network and the API make of a kickoff. */
export const API_SITUATIONS = { NEVER_SENT, SENT, ANSWERED } as const;
