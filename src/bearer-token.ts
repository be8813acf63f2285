/**
 * What keeps a text from being a bearer token: words for a message, which never repeat it. Null when
 * nothing does.
 */
export function findTokenMistake(text: string): string | null {
  if (text === '') return 'is empty';
  // What a header can carry, without the space that a pasted "Bearer …" would have.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return 'has to hold the token alone: it has spaces, lines or special characters';
  }
  return null;
}
