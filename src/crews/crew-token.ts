import { readFileSync } from 'node:fs';
import { findTokenMistake } from '../bearer-token.js';
import { Mistake } from './mistakes.js';

/**
 * Gives a crew's bearer token. With a token that the API has refused, it looks whether there is a
 * newer one; the same token again means that there is none. Rejects when the newer one cannot be
 * read. No message holds a token.
 */
export type CrewToken = (refused?: string) => Promise<string>;

/**
 * A token that stays the same while the process runs.
 *
 * @throws Mistake
 */
export function createFixedToken(value: string): CrewToken {
  const token = parseToken(value);
  return () => Promise.resolve(token);
}

/**
 * The content of a file, read now, and again whenever the API refuses it: whoever rotates a token
 * writes the file, and restarts nothing.
 *
 * @throws Mistake when there is no token in the file now
 */
export function createFileToken(path: string): CrewToken {
  let token = readToken(path);
  // Promise.resolve().then: a file that cannot be read rejects, as the type promises.
  return (refused) =>
    Promise.resolve().then(() => {
      if (refused !== undefined) token = readToken(path);
      return token;
    });
}

function readToken(path: string): string {
  let content: string;
  try {
    // Synchronous: a line of text, read at start and when a token was refused, is not worth a queue.
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    // Without the name: where there is no such file, it may be a token in the wrong place.
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new Mistake(
      `the token file cannot be read (${code}). A relative name starts at the crews file's folder`,
    );
  }
  try {
    return parseToken(content);
  } catch (error) {
    if (error instanceof Mistake) throw new Mistake(`the token file ${path} ${error.message}`);
    throw error;
  }
}

function parseToken(value: string): string {
  const token = value.trim();
  const mistake = findTokenMistake(token);
  if (mistake !== null) throw new Mistake(mistake);
  return token;
}
