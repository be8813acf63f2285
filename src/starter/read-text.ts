import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Shell } from './shell.js';

/** The content of a file, or of stdin for `-`. */
export async function readText(file: string, { stdin }: Shell): Promise<string> {
  const content = file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  // Editors on Windows start a file with a byte order mark.
  return content.replace(/^\ufeff/, '');
}
