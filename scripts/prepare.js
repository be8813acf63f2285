// Builds after `npm ci`, so that `npm run worker` and `npm start` work at once. With
// `npm ci --omit=dev` there is no compiler; then there is nothing to build and nothing to fail.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

try {
  createRequire(import.meta.url).resolve('typescript');
} catch {
  console.error('typescript is not installed (--omit=dev): dist/ is left as it is');
  process.exit(0);
}
const { status } = spawnSync('npm', ['run', 'build', '--silent'], {
  stdio: 'inherit',
  shell: true,
});
process.exit(status ?? 1);
