import type { SimulatedAmp } from '../../src/testing/index.js';

/** An answer as it came over the wire. */
export interface Received {
  status: number;
  type: string | null;
  /** The body, parsed where it is declared as JSON. */
  body: unknown;
  headers: Headers;
}

interface CallOptions {
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  token?: string | null;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One request as any client would make it. */
export async function call(
  amp: Pick<SimulatedAmp, 'url' | 'token'>,
  route: `${'GET' | 'POST'} /${string}`,
  options: CallOptions = {},
): Promise<Received> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const { body, token = amp.token, headers = {}, signal } = options;
  const response = await fetch(amp.url + path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const type = response.headers.get('content-type');
  const text = await response.text();
  const parsed: unknown = type === 'application/json' ? JSON.parse(text) : text;
  return { status: response.status, type, body: parsed, headers: response.headers };
}

/** Kicks off and returns the id. */
export async function kickoff(
  amp: Pick<SimulatedAmp, 'url' | 'token'>,
  inputs: Record<string, unknown> = {},
  meta?: Record<string, unknown>,
): Promise<string> {
  const { body } = await call(amp, 'POST /kickoff', { body: { inputs, meta } });
  if (typeof body === 'object' && body !== null && 'kickoff_id' in body) {
    return String(body.kickoff_id);
  }
  throw new Error(`No kickoff_id in ${JSON.stringify(body)}`);
}

/** The status word of one poll: `state` where there is one, as live crews answer. */
export async function poll(
  amp: Pick<SimulatedAmp, 'url' | 'token'>,
  kickoffId: string,
): Promise<unknown> {
  const { body } = await call(amp, `GET /status/${kickoffId}`);
  if (typeof body !== 'object' || body === null) throw new Error(`No status in ${String(body)}`);
  if ('state' in body) return body.state;
  return 'status' in body ? body.status : body;
}
