/**
 * An API or a gateway may echo the request's headers in an error page: nothing of a body goes into
 * an error, or out of this client, before this. Of a token with special characters all that JSON
 * (once or within itself), URLs and HTML make of them is found.
 */
export function maskTokens(text: string, tokens: readonly string[]): string {
  return tokens.reduce((masked, token) => masked.replaceAll(toPattern(token), '***'), text);
}

function toPattern(token: string): RegExp {
  return new RegExp(token.replaceAll(/[^A-Za-z0-9]/g, toSpellings), 'g');
}

/** Of a character; hexadecimal digits in either case, and no more backslashes than can be tried in time. */
function toSpellings(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const html = [`#${code}`, `#[xX]0*${hex}`, ...(HTML_NAMES[character] ?? [])].join('|');
  return String.raw`(?:\\{0,7}\x${code.toString(16).padStart(2, '0')}|%${hex}|\\{1,7}u00${hex}|&(?:${html});)`;
}

const HTML_NAMES: Readonly<Record<string, string[]>> = {
  '&': ['amp'],
  '<': ['lt'],
  '>': ['gt'],
  '"': ['quot'],
  "'": ['apos'],
};
