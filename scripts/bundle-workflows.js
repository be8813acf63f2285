// Bundles the workflow code once, at build time: a worker that bundles when it starts takes longer
// to make its first poll (measured by `npm run bench`).
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const quiet = {
  trace() {},
  debug() {},
  info() {},
  log() {},
  warn: console.warn,
  error: console.error,
};

for (const { file, ...options } of [
  { file: 'workflow-bundle.js' },
  // For a worker that encrypts payloads: a failure is made within the bundle.
  {
    file: 'workflow-bundle-encoded-failures.js',
    failureConverterPath: path('../dist/payload-codec/failure-converter.js'),
  },
]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path('../dist/workflows/index.js'),
    // Loaded once for all runs instead of once for each, which takes 30 KB a run. So none of these
    // modules may keep anything of a run in a variable of its own.
    preloadModules: ['without-stack-traces', 'not-ahead-of-history', 'index'].map((name) =>
      path(`../dist/workflows/${name}.js`),
    ),
    workflowInterceptorModules: [path('../dist/workflows/not-ahead-of-history.js')],
    logger: quiet,
    ...options,
  });
  await writeFile(path(`../dist/${file}`), code);
}
