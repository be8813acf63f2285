/** Sends an answer, or does to it what a fault says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './dialect.js';
import type { KickoffFault, StatusFault } from './faults.js';

const GATEWAY_PAGE = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center></body>
</html>
`;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Ends whatever still goes on when the server stops. */
  signal: AbortSignal;
}

/** HTTP status that goes out under this fault, for the ledger; null where no answer does. */
export function statusUnderFault(
  fault: KickoffFault | StatusFault | null,
  ordinary: number,
): number | null {
  if (fault === null) return ordinary;
  if ('reset' in fault || 'hang' in fault) return null;
  if ('html' in fault) return fault.status ?? 502;
  if ('status' in fault && fault.status !== undefined) return fault.status;
  return SPOILT_200.some((kind) => kind in fault) ? 200 : ordinary;
}

const SPOILT_200 = ['empty', 'notJson', 'bigBytes', 'drip', 'noKickoffId'];

export function send({ response }: Exchange, { httpStatus, body }: Answer): void {
  if (typeof body === 'string') sendBytes(response, httpStatus, 'text/plain; charset=utf-8', body);
  else sendBytes(response, httpStatus, 'application/json', JSON.stringify(body));
}

/** @param ordinary what would have been answered. */
export async function sendFaulty(
  exchange: Exchange,
  fault: KickoffFault | StatusFault,
  ordinary: Answer,
): Promise<void> {
  const { request, response } = exchange;
  const json = JSON.stringify(ordinary.body);
  if ('reset' in fault) {
    request.socket.resetAndDestroy();
  } else if ('hang' in fault) {
    // Nothing: the connection stays open until the caller, or stop(), closes it.
  } else if ('half' in fault) {
    const bytes = Buffer.from(json);
    response.writeHead(ordinary.httpStatus, {
      'content-type': 'application/json',
      'content-length': bytes.length,
    });
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
  } else if ('html' in fault) {
    const page = fault.html === true ? GATEWAY_PAGE : fault.html;
    sendBytes(response, fault.status ?? 502, 'text/html', page);
  } else if ('status' in fault && fault.status !== undefined) {
    for (const [name, value] of Object.entries(fault.headers ?? {}))
      response.setHeader(name, value);
    const answer = { httpStatus: fault.status, answered: '', body: fault.body ?? '' };
    if (answer.body === '') response.writeHead(fault.status, { 'content-length': 0 }).end();
    else send(exchange, answer);
  } else if ('empty' in fault) {
    sendBytes(response, 200, 'application/json', '');
  } else if ('notJson' in fault) {
    sendBytes(response, 200, 'application/json', '{"this is": not JSON');
  } else if ('bigBytes' in fault) {
    const padding = 'x'.repeat(fault.bigBytes);
    sendBytes(response, 200, 'application/json', `{"padding":"${padding}",${json.slice(1)}`);
  } else if ('drip' in fault) {
    await drip(exchange, fault.drip);
  } else if ('noKickoffId' in fault) {
    sendBytes(response, 200, 'application/json', '{}');
  } else {
    send(exchange, ordinary); // `word` and `notFound` are in the ordinary answer; `delayMs` is over.
  }
}

async function drip(
  { response, signal }: Exchange,
  { bytes, everyMs }: { bytes: number; everyMs: number },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  while (!response.destroyed && !signal.aborted) {
    response.write(' '.repeat(bytes));
    await sleep(everyMs, undefined, { signal });
  }
}

function sendBytes(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    .end(body);
}
