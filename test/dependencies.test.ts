import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = `${root}docs/dependencies.md`;
const page = readFileSync(PAGE, 'utf8');

const Dependencies = v.optional(v.record(v.string(), v.string()), {});
const Package = v.object({ dependencies: Dependencies, devDependencies: Dependencies });
const readJson = <Schema extends v.GenericSchema>(file: string, schema: Schema) =>
  v.parse(schema, JSON.parse(readFileSync(`${root}${file}`, 'utf8')));
const { dependencies, devDependencies } = readJson('package.json', Package);
/** By folder: `node_modules/a/node_modules/b`; the project itself is at ''. */
const { packages } = readJson(
  'package-lock.json',
  v.object({ packages: v.record(v.string(), Package) }),
);

/** The names in the first column of the table under a heading. */
function listedUnder(heading: string): string[] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/^\| `([^`]+)` +\| *\S/gm)].map(([, name = '']) => name);
}

/** The folder from which a package at `from` gets another one, as Node.js looks for it. */
function findPackage(name: string, from: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (folder in packages) return folder;
    if (at === '') return null;
  }
}

/** What a package brings along, each one indented below the first that needs it. */
function toTree(from: string, met: Set<string>, indent = ''): string[] {
  const folders = Object.keys(packages[from]?.dependencies ?? {})
    .sort()
    .map((name) => [name, findPackage(name, from)] as const);
  const first = folders.filter(([, folder]) => folder !== null && !met.has(folder));
  for (const [, folder] of first) met.add(folder ?? '');
  return first.flatMap(([name, folder]) => [
    `${indent}${name}`,
    ...toTree(folder ?? '', met, `${indent}  `),
  ]);
}

it.each([
  ['At run time', dependencies],
  ['For development', devDependencies],
])('each dependency has its reason, and no other has: %s', (heading, declared) => {
  expect(listedUnder(heading).sort()).toEqual(Object.keys(declared).sort());
});

it('the tree is that of the lock file', async () => {
  const tree = ['```tree', ...toTree('', new Set()), '```'].join('\n');
  await expect(page.replace(/^```tree\n[^`]*```$/m, tree)).toMatchFileSnapshot(PAGE);
});

it('each package that src/ imports is a dependency, and each dependency is imported', () => {
  const imported = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(`${root}src/${file}`, 'utf8').matchAll(
        /(?:from|import)\s*\(?\s*'((?:@[\w-]+\/)?[\w-]+)[\w/.-]*'/g,
      ),
    ])
    .map(([, name = '']) => name)
    .filter((name) => name !== 'node' && !builtinModules.includes(name));
  expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort());
});
