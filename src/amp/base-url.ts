export interface BaseUrl {
  origin: string;
  /** Path before the API's own, without a slash at its end. */
  pathPrefix: string;
}

/**
 * @throws TypeError for what is no plain http(s) URL. The message does not repeat the URL: one that
 *   is refused for its credentials must not carry them into a log.
 */
export function parseBaseUrl(url: string): BaseUrl {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['https:', 'http:'].includes(parsed.protocol)) {
    throw new TypeError('url must be an http or https URL, such as https://my-crew.crewai.com');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new TypeError('url must have no user name or password: AMP takes a bearer token');
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw new TypeError('url must have no query and no fragment');
  }
  return { origin: parsed.origin, pathPrefix: parsed.pathname.replace(/\/+$/, '') };
}
