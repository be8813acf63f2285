/** Enough to recognise a page or a stack trace by; an error message stays one that a person reads. */
const EXCERPT_CHARACTERS = 200;

/** An API's own words are kept longer: an exception's text is often the only explanation there is. */
export const API_MESSAGE_CHARACTERS = 1_000;

/** The start of a body, on one line. Mask secrets before: a cut could leave half of one. */
export function toExcerpt(text: string, maximumCharacters = EXCERPT_CHARACTERS): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= maximumCharacters ? line : `${line.slice(0, maximumCharacters - 1)}…`;
}

export function isHtml(text: string): boolean {
  return /^\s*(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body|title)\b/i.test(
    text.slice(0, 2_000),
  );
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
