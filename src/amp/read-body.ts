import type { Dispatcher } from 'undici';

/** `sizeBytes` only where the answer announced it. */
export class BodyTooLargeError extends Error {
  constructor(
    readonly limitBytes: number,
    readonly sizeBytes: number | undefined,
  ) {
    super(`the body is over the limit of ${limitBytes} bytes`);
  }
}

export class CompressedBodyError extends Error {
  constructor(readonly encoding: string) {
    super(`the body is compressed (${encoding}), which was not asked for`);
  }
}

/**
 * Reads a body as UTF-8 text, up to a limit; what is not read to its end is closed.
 *
 * @throws BodyTooLargeError, CompressedBodyError, or whatever broke the connection.
 */
export async function readBody(
  { headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  limitBytes: number,
): Promise<string> {
  const encoding = String(headers['content-encoding'] ?? 'identity');
  const announced = Number(headers['content-length'] ?? 0);
  try {
    if (encoding.toLowerCase() !== 'identity') throw new CompressedBodyError(encoding);
    if (announced > limitBytes) throw new BodyTooLargeError(limitBytes, announced);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > limitBytes) throw new BodyTooLargeError(limitBytes, undefined);
      chunks.push(chunk);
    }
    // Drops a byte order mark, which JSON.parse would refuse.
    return new TextDecoder().decode(Buffer.concat(chunks));
  } finally {
    // A stream given up half-way reports that as an error of its own; the one thrown here counts.
    if (!body.destroyed) body.on('error', () => undefined).destroy();
  }
}
