import { randomBytes } from 'node:crypto';

/** Texts that are looked for. */
export interface Marks {
  /** Stands in all of them twice: half a mark is found by it, too, as where a text was cut. */
  tag: string;
  create: (name: string) => string;
}

export function createMarks(): Marks {
  const digits = (count: number) => randomBytes(count).toString('hex').slice(0, count);
  // With characters that URLs, JSON and HTML write differently: none of their forms is the plain one.
  const tag = `${digits(6)}/"${digits(5)}&${digits(4)}`;
  return { tag, create: (name) => `${tag}-${name}-${tag}` };
}

/** A text in one of the ways in which it may stand somewhere. */
interface Trace {
  form: string;
  bytes: Buffer;
}

/** All ways in which a text may have been written: escaped, encoded, and escaped before encoded. */
export function tracesOf(text: string): Trace[] {
  const traces = new Map<string, Trace>();
  const add = (form: string, bytes: Buffer) => {
    const key = bytes.toString('latin1');
    if (!traces.has(key)) traces.set(key, { form, bytes });
  };
  for (const [escaped, written] of escapesOf(text)) {
    const bytes = Buffer.from(written);
    add(escaped, bytes);
    for (const [encoded, coded] of encodingsOf(bytes)) add(`${escaped}, ${encoded}`, coded);
  }
  return [...traces.values()];
}

function escapesOf(text: string): [form: string, written: string][] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text);
  return [
    ['plain', text],
    ['JSON', json],
    ['JSON within JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON of PHP', json.replaceAll('/', String.raw`\/`)],
    ['JSON of Rails', json.replaceAll('&', String.raw`\u0026`)],
    ['URL', url],
    ['URL in lower case', url.replaceAll(/%../g, (code) => code.toLowerCase())],
    ['HTML', text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['HTML text', text.replaceAll('&', '&amp;')],
  ];
}

function encodingsOf(bytes: Buffer): [form: string, bytes: Buffer][] {
  const hex = bytes.toString('hex');
  const utf16 = Buffer.from(bytes.toString(), 'utf16le');
  const base64 = [0, 1, 2].map((before) => base64Within(bytes, before));
  return [
    ...base64.map((text): [string, Buffer] => ['base64', Buffer.from(text)]),
    ...base64.map((text): [string, Buffer] => [
      'base64url',
      Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
    ]),
    ['hexadecimal', Buffer.from(hex)],
    ['hexadecimal', Buffer.from(hex.toUpperCase())],
    ['UTF-16', utf16],
    ['UTF-16', Buffer.from(utf16).swap16()],
  ];
}

/** The characters that are the same whatever follows, and whatever these many bytes before it are. */
function base64Within(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
