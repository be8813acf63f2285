import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { toDocument } from './document.js';

const file = fileURLToPath(new URL('../../docs/kickoff-outcomes.md', import.meta.url));

// After a change of the rows: `npx vitest run test/kickoff-outcomes/document.test.ts -u`.
it('docs/kickoff-outcomes.md says what the tests play', async () => {
  const options = (await resolveConfig(file)) ?? {};
  const document = await format(toDocument(), { ...options, filepath: file });
  await expect(document).toMatchFileSnapshot(file);
});
