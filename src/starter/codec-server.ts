import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Payload } from '@temporalio/common';
import * as v from 'valibot';
import { createEncryptionCodec, type PayloadKeys } from '../payload-codec.js';

export interface CodecServerOptions {
  keys: PayloadKeys;
  /** 0: any that is free. */
  port: number;
  /** Of the pages that may ask, as browsers write them: `http://localhost:8233`. */
  allowedOrigins: readonly string[];
  /** Told of each payload that cannot be decrypted. */
  onProblem: (problem: string) => void;
}

export interface CodecServer {
  url: string;
  close(): Promise<void>;
}

/** Nobody but this machine: what it answers is what the encryption is for. */
const HOST = '127.0.0.1';
/** A page of the Web UI asks for what it shows, at most some events with payloads of 2 MB in base64. */
const MOST_BYTES = 64 * 1024 * 1024;

const Body = v.object({
  payloads: v.array(
    v.object({
      metadata: v.nullish(v.record(v.string(), v.string())),
      data: v.nullish(v.string()),
    }),
  ),
});

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A codec server as Temporal's Web UI and CLI know it (https://docs.temporal.io/codec-server): `POST
 * /decode` and `/encode` of payloads as protobuf's JSON. What cannot be decrypted is returned as it
 * is, so that the rest of a page can be read.
 *
 * @throws an error of `listen` when the port cannot be had
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const { keys, allowedOrigins, onProblem } = options;
  const codec = createEncryptionCodec(keys, (reason, payload) => {
    onProblem(reason.message);
    return payload;
  });

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: string }> => {
    if (request.method === 'OPTIONS') return { status: 204, body: '' };
    if (request.method !== 'POST') throw new HttpError(405, 'POST is what it takes.');
    // The Web UI adds a question mark and more: `/decode?preserveStorageRefs=true`.
    const [path] = (request.url ?? '').split('?');
    if (path !== '/decode' && path !== '/encode') {
      throw new HttpError(404, 'There are /decode and /encode.');
    }
    const payloads = toPayloads(await readBody(request));
    const converted = await (path === '/decode' ? codec.decode(payloads) : codec.encode(payloads));
    return { status: 200, body: JSON.stringify({ payloads: converted.map(toJson) }) };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { origin } = request.headers;
      // Every browser says where a page comes from; a page of anybody's must get nothing here.
      if (origin !== undefined) {
        if (!allowedOrigins.includes(origin)) {
          throw new HttpError(403, `Not for pages of ${origin}: see --allow-origin.`);
        }
        allow(origin, response);
      }
      const { status, body } = await answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    } catch (error) {
      // Whoever asked has gone, as a page does that is left while it loads.
      if (request.errored) return;
      const known = error instanceof HttpError;
      const { status, message } = known ? error : new HttpError(500, 'The codec server failed.');
      if (!known) onProblem(error instanceof Error ? error.message : String(error));
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
      response.end(`${message}\n`);
    }
  };

  const server = createServer((request, response) => void respond(request, response));
  server.listen(options.port, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Lets pages of this origin read the answer. */
function allow(origin: string, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  // What the Web UI sends; it needs no credentials here.
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-namespace');
  response.setHeader('vary', 'Origin');
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const { 'content-length': length } = request.headers;
  // Both ask with a length, which Node.js holds them to.
  if (length === undefined) throw new HttpError(411, 'A body with its Content-Length is needed.');
  if (Number(length) > MOST_BYTES) throw new HttpError(413, `More than ${MOST_BYTES} bytes.`);
  const body = await text(request);
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpError(400, 'The body is not JSON.');
  }
}

function toPayloads(body: unknown): Payload[] {
  const parsed = v.safeParse(Body, body);
  if (!parsed.success) throw new HttpError(400, 'The body is not { "payloads": […] }.');
  return parsed.output.payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]),
    ),
    data: Buffer.from(data ?? '', 'base64'),
  }));
}

function toJson({ metadata, data }: Payload) {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, bytes]) => [key, toBase64(bytes)]),
    ),
    data: toBase64(data ?? new Uint8Array()),
  };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
