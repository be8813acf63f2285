/**
 * Has Temporal's SDK download a server, by starting and stopping one. A program of its own, because
 * the SDK's native runtime can be set up only once in a process, and that is the caller's to do.
 *
 * Arguments: `createLocal` (the CLI) or `createTimeSkipping` (the test server), and a folder.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [method, downloadDir = ''] = process.argv.slice(2);
if (method !== 'createLocal' && method !== 'createTimeSkipping') {
  throw new Error('the first argument is createLocal or createTimeSkipping');
}
try {
  const environment = await TestWorkflowEnvironment[method]({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
