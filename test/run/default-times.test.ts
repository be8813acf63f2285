import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTestServer } from '../../dev-server/find-temporal-cli.js';
import { createActivities } from '../../src/activities/index.js';
import type { CrewRunInput, CrewRunOutput } from '../../src/contract.js';
import { WORKFLOW_TYPE } from '../../src/contract.js';
import type { Scenario, SimulatedAmp } from '../../src/testing/index.js';
import { startSimulatedAmp } from '../../src/testing/index.js';

const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Hours pass in a moment: Temporal's time-skipping server, everything else as ever. */
describe('with the default times', () => {
  let environment: TestWorkflowEnvironment;
  let amp: SimulatedAmp;
  let scenario: Scenario = {};
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: await findTestServer() } },
    });
    amp = await startSimulatedAmp({ scenario: () => scenario });
  });
  afterAll(async () => {
    await amp.stop();
    await environment.teardown();
  });

  /** Runs a crew, and says how long that took in the server's own time. */
  async function run(input: CrewRunInput, play: Scenario) {
    scenario = play;
    const taskQueue = `crewai-${randomUUID()}`;
    const crewActivities = createActivities({
      crews: new Map([
        [
          'default',
          {
            name: 'default',
            url: amp.url,
            kickoffTimeoutMs: 2_000,
            token: () => Promise.resolve(amp.token),
          },
        ],
      ]),
    });
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: { codePath },
      activities: crewActivities.activities,
    });
    return worker.runUntil(async () => {
      const handle = await environment.client.workflow.start<
        (input: CrewRunInput) => Promise<CrewRunOutput>
      >(WORKFLOW_TYPE, { workflowId: randomUUID(), taskQueue, args: [input] });
      const [end] = await Promise.allSettled([handle.result()]);
      await crewActivities.close();
      const { startTime, closeTime } = await handle.describe();
      return {
        end,
        elapsedMs: (closeTime?.getTime() ?? NaN) - startTime.getTime(),
        failure: end.status === 'rejected' ? (end.reason as { cause: unknown }).cause : null,
        polls: amp.ledger.polls.filter(({ kickoffId }) => {
          const kickoff = amp.ledger.kickoffs.at(-1);
          return kickoffId === kickoff?.kickoffId;
        }).length,
      };
    });
  }

  it('polls every 2 s at first, and never waits longer than 30 s', async () => {
    const { end, elapsedMs, polls } = await run({ inputs: {} }, { polls: 150 });
    expect(end.status).toBe('fulfilled');
    expect(polls).toBe(150 + 1);
    // 27 s on average once the interval is at its longest; some 30 shorter ones before.
    expect(elapsedMs).toBeGreaterThan(45 * MINUTE);
    expect(elapsedMs).toBeLessThan(150 * 30_000);
  });

  it('gives up at its timeout and not before, with the kickoffId', async () => {
    const { elapsedMs, failure } = await run(
      { inputs: {}, timeout: '2h' },
      { statuses: ['running'] },
    );
    expect(failure).toMatchObject({
      type: 'CrewAI.TimedOut',
      details: [{ kickoffId: amp.ledger.kickoffs.at(-1)?.kickoffId }],
    });
    expect(elapsedMs).toBeGreaterThanOrEqual(2 * HOUR);
    expect(elapsedMs).toBeLessThan(2 * HOUR + MINUTE);
  });

  it('takes a run for vanished after 10 minutes of "not found"', async () => {
    const { elapsedMs, failure } = await run({ inputs: {} }, { statuses: ['running', 'notFound'] });
    expect(failure).toMatchObject({
      type: 'CrewAI.CrewRunNotFound',
      details: [{ kickoffId: amp.ledger.kickoffs.at(-1)?.kickoffId }],
    });
    expect(elapsedMs).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(elapsedMs).toBeLessThan(12 * MINUTE);
  });

  it('waits an hour for somebody to resolve a kickoff of unknown outcome', async () => {
    amp.faults.kickoff = [{ reset: true, accepted: true }];
    const { elapsedMs, failure } = await run({ inputs: {} }, {});
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffOutcomeUnknown' });
    expect(elapsedMs).toBeGreaterThanOrEqual(HOUR);
    expect(elapsedMs).toBeLessThan(HOUR + MINUTE);
  });
});
