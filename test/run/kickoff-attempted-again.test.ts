import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, it } from 'vitest';
import type { CrewRunOutput, CrewRunProgress } from '../../src/contract.js';
import { WORKFLOW_TYPE } from '../../src/contract.js';
import { startSimulatedAmp } from '../../src/testing/index.js';
import { eventually, quickPolling } from '../support/crew-harness.js';
import { startWorkerProcess } from '../support/worker-process.js';

it('a kickoff is not sent in another attempt, which an operator can give the activity', async () => {
  const address = inject('temporalAddress');
  const taskQueue = `crewai-${randomUUID()}`;
  const workflowId = `run-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
  const amp = await startSimulatedAmp({
    scenario: { polls: 1 },
    faults: { kickoff: [{ accepted: true, hang: true }] },
  });
  const startWorker = () =>
    startWorkerProcess({
      ...{ address, taskQueue, ampUrl: amp.url, ampToken: amp.token },
      quickKickoffs: { folder, timeout: '1s' },
    });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });

  const first = await startWorker();
  const handle = await client.workflow.start<(input: unknown) => Promise<CrewRunOutput>>(
    WORKFLOW_TYPE,
    { workflowId, taskQueue, args: [{ inputs: {}, polling: quickPolling }] },
  );
  await amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
  await first.kill();
  await client.workflowService.updateActivityOptions({
    namespace: 'default',
    execution: { workflowId },
    type: 'kickoff',
    activityOptions: { retryPolicy: { maximumAttempts: 2 } },
    updateMask: { paths: ['retry_policy.maximum_attempts'] },
  });
  const second = await startWorker();

  // Once the first attempt has timed out, after 16 s, the server dispatches the second one.
  const { lastError } = await eventually(
    () => handle.query<CrewRunProgress>('progress'),
    ({ phase }) => phase === 'kickoffUnknown',
  );
  expect(lastError).toContain('an earlier attempt of this kickoff');
  const kickoffId = amp.ledger.kickoffs[0]?.kickoffId;
  await handle.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
  await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
  expect(amp.ledger.received).toHaveLength(1);

  await second.stop();
  await connection.close();
  await amp.stop();
  await rm(folder, { recursive: true });
}, 120_000);
