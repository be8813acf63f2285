/**
 * Where the bearer token comes from. Called without argument: the current token. Called with a
 * token that the API refused (401 or 403): reads it again, and answers the same when there is no
 * other.
 */
export type TokenProvider = (refused?: string) => string | Promise<string>;

/**
 * @throws TypeError when the provider answers something that cannot stand in a header. The message
 *   does not repeat it.
 */
export async function readToken(provider: TokenProvider, refused?: string): Promise<string> {
  const token: unknown = await (refused === undefined ? provider() : provider(refused));
  if (typeof token !== 'string' || token === '') throw new TypeError('it is empty');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError('it has spaces, line breaks or characters that are not ASCII');
  }
  return token;
}
