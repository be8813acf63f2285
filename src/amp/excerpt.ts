/** Enough to recognise a page or a stack trace by; an error message stays one that a person reads. */
const EXCERPT_CHARACTERS = 200;

/** An API's own words are kept longer: an exception's text is often the only explanation there is. */
export const API_MESSAGE_CHARACTERS = 1_000;

/** The start of a body, on one line. Mask secrets before: a cut could leave half of one. */
export function toExcerpt(text: string, maximumCharacters = EXCERPT_CHARACTERS): string {
  // Not all of a body of megabytes, of which a line or two is kept.
  const start = text.trimStart().slice(0, 20 * maximumCharacters);
  const line = start.replace(/\s+/g, ' ').trim();
  return line.length <= maximumCharacters ? line : `${line.slice(0, maximumCharacters - 1)}…`;
}

export function isHtml(text: string): boolean {
  let start = text.slice(0, 2_000).trimStart();
  // One by one: an expression that skips any number of comments tries each way to tell them apart,
  // and 50 of them are a number of ways that no worker comes back from.
  while (start.startsWith('<!--')) {
    const end = start.indexOf('-->', 4);
    if (end === -1) return false;
    start = start.slice(end + 3).trimStart();
  }
  return /^<(?:!doctype html|html|head|body|title)\b/i.test(start);
}

/** The title of a page, or else its text; what is not HTML stays as it is. */
export function toPlainText(text: string): string {
  if (!isHtml(text)) return text.trim();
  // A gateway's page says what it has to say at its start; a body of megabytes is not searched.
  const page = text.slice(0, 5_000);
  const title = /<title[^>]*>([^<]+)/i.exec(page)?.[1]?.trim();
  if (title !== undefined && title !== '') return title;
  return page
    .replace(/<(script|style)\b[^]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
