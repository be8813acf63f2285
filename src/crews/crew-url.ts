import { Mistake } from './mistakes.js';

/**
 * Checks the base URL of a crew: `https`, unless the host is this machine or `insecure` allows
 * `http`. The value itself is in no message: it may hold a password, or be a token put in the wrong
 * place.
 *
 * @returns the URL without a trailing slash
 * @throws Mistake
 */
export function parseCrewUrl(value: string, insecure: boolean): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new Mistake('has to be a URL such as https://my-crew.crewai.com');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Mistake('must not have a user name or password in it: a crew is given a token');
  }
  if (/[?#]/.test(value)) {
    throw new Mistake('must not have a query or fragment: it is the start of the API’s addresses');
  }
  if (url.protocol === 'http:' && !insecure && !isLoopback(url.hostname)) {
    throw new Mistake(
      'has to be https, or the token can be read on its way. In a network that is trusted, a crew ' +
        'of a crews file may say `insecure = true`',
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** `URL` has normalized it: names in lower case, IPv4 in four decimal numbers. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
