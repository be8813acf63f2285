import { expect, it } from 'vitest';
import { createMarks } from './marks.js';
import { Places } from './places.js';

const { tag, create } = createMarks();
const mark = create('searched');
const inJson = JSON.stringify({ authorization: mark });
const inHtml = `<p>${mark.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</p>`;

it.each<[string, string | Buffer]>([
  ['as it is', `Bearer ${mark}!`],
  ['in JSON', inJson],
  ['in JSON within JSON', JSON.stringify({ body: inJson })],
  ['in a URL', new URLSearchParams({ token: mark }).toString()],
  ['in HTML', inHtml],
  ...['', 'x', 'xy'].map((before): [string, string] => [
    `in base64, after ${before.length} characters`,
    Buffer.from(`${before}${mark}.`).toString('base64'),
  ]),
  ['in base64url', Buffer.from(`Bearer ${mark}`).toString('base64url')],
  ['in the base64 of JSON', Buffer.from(inJson).toString('base64')],
  ['in hexadecimal digits', Buffer.from(mark).toString('hex')],
  ['in UTF-16', Buffer.from(`Bearer ${mark}`, 'utf16le')],
  ['in UTF-16 of the other order', Buffer.from(`Bearer ${mark}`, 'utf16le').swap16()],
  ['cut at its end', mark.slice(0, -10)],
  ['cut at its start', mark.slice(10)],
])('a mark is found %s', (_, content) => {
  const places = new Places();
  places.add('here', content);
  places.add('there', 'nothing of it');
  const found = places.find(tag);
  expect(found).not.toEqual([]);
  expect(found.filter((place) => !place.startsWith('here: '))).toEqual([]);
});
