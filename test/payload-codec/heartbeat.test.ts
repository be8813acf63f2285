import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { heartbeat, Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { WORKFLOW_TYPE } from '../../src/contract.js';
import { createDataConverter, loadPayloadKeys } from '../../src/payload-codec.js';
import { quickPolling } from '../support/crew-harness.js';

const codePath = fileURLToPath(
  new URL('../../dist/workflow-bundle-encoded-failures.js', import.meta.url),
);
/** On top of what the crew's API may take; see `KICKOFF_OVERHEAD_MS` of the workflow. */
const OVERHEAD_MS = 15_000;

it('an encrypted heartbeat tells the id of a kickoff whose worker never came back', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = inject('temporalAddress');
  const dataConverter = createDataConverter(
    loadPayloadKeys({ CREWAI_PAYLOAD_KEYS: `a:${randomBytes(32).toString('base64')}` }),
  );
  const taskQueue = `crewai-${randomUUID()}`;
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    dataConverter,
    workflowBundle: { codePath },
    activities: {
      checkInput: () => ({
        crew: 'default',
        initialIntervalMs: quickPolling.initialInterval,
        backoffCoefficient: 1,
        maximumIntervalMs: quickPolling.maximumInterval,
        timeoutMs: 60_000,
        adoptionWindowMs: 60_000,
        notFoundGraceMs: 0,
        onCrewError: 'return',
        kickoffId: null,
        // A second for the attempt in all.
        kickoffTimeoutMs: 1_000 - OVERHEAD_MS,
      }),
      kickoff: () => {
        heartbeat({ kickoffId: 'the-one' });
        return Context.current().cancelled;
      },
      getStatus: () => ({ status: 'completed', tookMs: 1 }),
      collectResult: ({ kickoffId }: { kickoffId: string }) => ({
        over: true,
        output: { status: 'completed', kickoffId },
      }),
    },
  });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, dataConverter });
  await worker.runUntil(async () => {
    const output: unknown = await client.workflow.execute(WORKFLOW_TYPE, {
      workflowId: `heartbeat-${randomUUID()}`,
      taskQueue,
      args: [{ inputs: {} }],
    });
    expect(output).toMatchObject({ kickoffId: 'the-one' });
  });
  await connection.close();
  await native.close();
});
