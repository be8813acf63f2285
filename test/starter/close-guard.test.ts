import { expect, it, onTestFinished, vi } from 'vitest';
import { createClient } from '../../src/starter/create-client.js';

it('a call that is to be tried again is not, once the connection is closed', async () => {
  // What the SDK would do after a while, it does when the test says so.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { setImmediate: turn } = globalThis;
  // Port 1 of this machine refuses.
  const temporal = createClient({ address: '127.0.0.1:1' }, {});
  const settled = vi.fn();
  void temporal.connection.workflowService.getSystemInfo({}).then(settled, settled);
  while (temporal.lastProblem() === null) await new Promise((resolve) => turn(resolve));
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await temporal.close();
  expect(() => vi.advanceTimersByTime(60_000)).not.toThrow();
  expect(settled).not.toHaveBeenCalled();
});
