/**
 * An API or a gateway may echo the request's headers in an error page: nothing of a body goes into
 * an error before this.
 */
export function maskTokens(text: string, tokens: readonly string[]): string {
  return tokens
    .flatMap((token) => [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1)])
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
