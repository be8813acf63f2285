import { expect, it } from 'vitest';
import { parseSnippets, readmeSnippets } from './readme-snippets.js';

const markdown = `
# Project
## First steps
\`\`\`sh
npm ci
# a comment, and no heading
\`\`\`
### On a server
1. Then
   ~~~~js   start.js
   if (ready) {
     start('~~~');
   ~~~
   }
   ~~~~
## Reference ##
\`\`\`
plain
\`\`\`
`;

it('finds the code blocks of a text, with their language, title, headings and line', () => {
  expect(parseSnippets(markdown)).toEqual([
    {
      language: 'sh',
      title: '',
      headings: ['Project', 'First steps'],
      code: 'npm ci\n# a comment, and no heading\n',
      line: 5,
    },
    {
      language: 'js',
      title: 'start.js',
      headings: ['Project', 'First steps', 'On a server'],
      code: "if (ready) {\n  start('~~~');\n~~~\n}\n",
      line: 11,
    },
    {
      language: '',
      title: '',
      headings: ['Project', 'Reference'],
      code: 'plain\n',
      line: 18,
    },
  ]);
});

it('fails on a code block without an end', () => {
  expect(() => parseSnippets('# Project\n```sh\nnpm ci\n')).toThrow('line 2 has no end');
});

it('fails when the README has no such code block', () => {
  expect(() => readmeSnippets({ heading: 'A heading that nobody wrote' })).toThrow(
    'A heading that nobody wrote',
  );
});
