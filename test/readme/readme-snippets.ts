/** The code blocks of README.md, so that tests run what it says. */
import { readFileSync } from 'node:fs';

export interface Snippet {
  /** The first word after the fence: `js`, `sh`. Empty where there is none. */
  language: string;
  /** The words after it, such as a file name. */
  title: string;
  /** The headings that it stands under, outermost first. */
  headings: string[];
  code: string;
  /** Of its first line of code, from 1: where a failing test points to. */
  line: number;
}

export interface SnippetFilter {
  language?: string;
  title?: string;
  /** A heading's text; what stands under its own subheadings is in it as well. */
  heading?: string;
}

/** @throws Error when no code block fits: a renamed heading must not make a test pass for nothing */
export function readmeSnippets(filter: SnippetFilter = {}): Snippet[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const { language, title, heading } = filter;
  const found = parseSnippets(readme).filter(
    (snippet) =>
      (language === undefined || snippet.language === language) &&
      (title === undefined || snippet.title === title) &&
      (heading === undefined || snippet.headings.includes(heading)),
  );
  if (found.length === 0) {
    throw new Error(`README.md has no code block like ${JSON.stringify(filter)}`);
  }
  return found;
}

/** The fenced code blocks of a Markdown text, in their order. */
export function parseSnippets(markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  const headings: string[] = [];
  let open:
    (Omit<Snippet, 'code'> & { fence: string; indent: string; lines: string[] }) | undefined;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    if (open !== undefined) {
      if (isEnd(line, open.fence)) {
        const { language, title, lines } = open;
        const code = lines.map((text) => `${text}\n`).join('');
        snippets.push({ language, title, headings: open.headings, code, line: open.line });
        open = undefined;
      } else {
        // A block within a list is indented with its item.
        open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      }
      continue;
    }
    const [, indent = '', fence, info = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? [];
    if (fence !== undefined) {
      const [language = '', ...title] = info.split(/\s+/);
      const start = { language, title: title.join(' '), headings: headings.filter(Boolean) };
      open = { ...start, line: index + 2, fence, indent, lines: [] };
      continue;
    }
    const [, marks, text] = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? [];
    if (marks !== undefined && text !== undefined) {
      headings.length = marks.length - 1;
      headings[marks.length - 1] = text;
    }
  }
  if (open !== undefined) throw new Error(`The code block of line ${open.line - 1} has no end`);
  return snippets;
}

function isEnd(line: string, fence: string): boolean {
  const text = line.trim();
  return text.startsWith(fence) && text === (fence[0] ?? '').repeat(text.length);
}
