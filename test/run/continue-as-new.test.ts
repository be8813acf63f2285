import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { Key } from '../../src/sealing/key-file.js';
import { sealToken } from '../../src/sealing/seal-token.js';
import type { Scenario } from '../../src/testing/index.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import {
  eventually,
  progressOf,
  progressUntil,
  quickPolling,
  startCrewHarness,
} from '../support/crew-harness.js';
import { createTokenKeys, type TokenKeys } from '../support/token-keys.js';

const EVENTS = 60;

describe('continue-as-new', () => {
  let keys: TokenKeys;
  let key: Key;
  let server: TemporalDevServer;
  let crew: CrewHarness;
  let scenario: Scenario = {};
  beforeAll(async () => {
    server = await startTemporalDevServer({
      searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
      dynamicConfig: {
        'history.timerProcessorMaxTimeShift': '"1ms"',
        'limit.historyCount.suggestContinueAsNew': String(EVENTS),
      },
    });
    keys = await createTokenKeys();
    key = await keys.add('first');
    crew = await startCrewHarness({
      address: server.address,
      amp: { scenario: () => scenario },
      privateKeys: keys.load(),
    });
  });
  afterAll(async () => {
    await crew.stop();
    await keys.remove();
    await server.stop();
  });

  beforeEach(() => {
    crew.amp.faults = {};
  });

  const input = { inputs: { topic: 'AI' }, polling: quickPolling };

  async function runsOf(handle: CrewRunHandle): Promise<string[]> {
    const runs: string[] = [];
    const query = `WorkflowId = "${handle.workflowId}"`;
    for await (const { runId } of crew.client.workflow.list({ query })) runs.push(runId);
    return runs;
  }

  it('bounds the history of a long run, which stays one run to everybody else', async () => {
    scenario = { polls: 30 };
    const handle = await crew.start(input, { memo: { team: 'search' } });
    const before = await progressUntil(handle, ({ timeoutAt }) => timeoutAt !== null);
    const output = await handle.result();
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
    expect(crew.amp.ledger.pollsOf(output.kickoffId)).toHaveLength(30 + 1);

    const runs = await eventually(
      () => runsOf(handle),
      ({ length }) => length >= 3,
    );
    for (const runId of runs) {
      const { events } = await crew.client.workflow
        .getHandle(handle.workflowId, runId)
        .fetchHistory();
      expect(events?.length).toBeLessThan(EVENTS + 20);
    }
    const last = crew.client.workflow.getHandle(handle.workflowId) as CrewRunHandle;
    expect((await last.describe()).memo).toEqual({ team: 'search', kickoffId: output.kickoffId });
    // Neither the count of polls nor the timeout begins anew.
    const after = await progressOf(last);
    expect(after).toMatchObject({ phase: 'done', polls: 30, timeoutAt: before.timeoutAt });
  });

  it('bounds the history of a run that nothing but events makes poll', async () => {
    scenario = { statuses: ['running'] };
    const polling = { initialInterval: '1h', maximumInterval: '1h' };
    const handle = await crew.start({ ...input, polling });
    const latest = crew.client.workflow.getHandle(handle.workflowId) as CrewRunHandle;
    await progressUntil(latest, ({ phase }) => phase === 'polling');
    for (let polls = 1; polls <= EVENTS / 4; polls += 1) {
      await latest.signal('crewEvent', {});
      await crew.amp.ledger.until((ledger) => {
        const [kickoff] = ledger.kickoffsOfWorkflow(handle.workflowId);
        return ledger.pollsOf(kickoff?.kickoffId ?? '').length >= polls;
      });
    }
    await eventually(
      () => runsOf(handle),
      ({ length }) => length >= 2,
    );
    await latest.terminate();
  });

  it('carries a kickoff of unknown outcome through a flood of events', async () => {
    scenario = { polls: 2 };
    crew.amp.faults.kickoff = [{ reset: true, accepted: true }];
    const handle = await crew.start(input);
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    for (let i = 0; i < 2 * EVENTS; i += 1) await handle.signal('crewEvent', { type: 'noise' });
    await eventually(
      () => runsOf(handle),
      ({ length }) => length >= 2,
    );
    const again = crew.client.workflow.getHandle(handle.workflowId) as CrewRunHandle;
    await progressUntil(again, ({ phase }) => phase === 'kickoffUnknown');
    const kickoffId = crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)[0]?.kickoffId ?? '';
    await again.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    await expect(handle.result()).resolves.toMatchObject({ kickoffId });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
  });

  it('waits for an update that waits', async () => {
    scenario = { polls: 2 };
    crew.amp.faults.kickoff = [{ reset: true, accepted: true }];
    const handle = await crew.start(input);
    await progressUntil(handle, ({ phase }) => phase === 'kickoffUnknown');
    const waiting = handle.executeUpdate('waitForKickoff', { args: [{}] });
    for (let i = 0; i < 2 * EVENTS; i += 1) await handle.signal('crewEvent', {});
    await handle.signal('crewEvent', { kickoffId: 'k', runId: 'of another chain' });
    const kickoffId = crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)[0]?.kickoffId ?? '';
    await handle.executeUpdate('adoptKickoff', { args: [{ kickoffId }] });
    await expect(waiting).resolves.toEqual({ kickoffId });
    await expect(handle.result()).resolves.toMatchObject({ kickoffId });
  });

  it('goes on in a run whose API is down', async () => {
    scenario = { polls: 2 };
    const handle = await crew.start(input);
    await progressUntil(handle, ({ kickoffId }) => kickoffId !== null);
    crew.amp.faults.status = { status: 500 };
    await eventually(
      async () => (await handle.describe()).raw.pendingActivities ?? [],
      ({ length }) => length === 1,
    );
    for (let i = 0; i < 2 * EVENTS; i += 1) await handle.signal('crewEvent', {});
    await eventually(
      () => runsOf(handle),
      ({ length }) => length >= 2,
    );
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
  });

  it('carries a token that was replaced', async () => {
    scenario = { polls: 2 };
    const workflowId = 'with-a-token-of-its-own';
    const use = { crew: 'default', namespace: 'default', workflowId };
    const seal = (token: string) =>
      sealToken(token, { ...use, expiresAt: Date.now() + 3_600_000 }, key);
    crew.amp.token = 'first-token';
    crew.amp.faults.status = { word: 'running' };
    const bearerToken = await seal('first-token');
    const handle = await crew.start({ ...input, bearerToken }, { workflowId });
    await progressUntil(handle, ({ polls }) => polls > 0);
    crew.amp.token = 'next-token';
    await progressUntil(handle, ({ phase }) => phase === 'onHold');
    const sealedToken = await seal('next-token');
    await handle.executeUpdate('replaceBearerToken', { args: [{ sealedToken }] });
    await eventually(
      () => runsOf(handle),
      ({ length }) => length >= 3,
    );
    const { kickoffId, polls } = await progressUntil(
      crew.client.workflow.getHandle(workflowId) as CrewRunHandle,
      ({ phase }) => phase === 'polling',
    );
    expect(polls).toBeGreaterThan(0);
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    crew.amp.token = 'crew-token';
  });

  it('keeps its search attributes', async () => {
    scenario = { polls: 20 };
    const handle = await crew.client.workflow.start('kickoffAndPollUntilComplete', {
      workflowId: 'with-search-attributes',
      taskQueue: crew.taskQueue,
      args: [{ ...input, inputs: {} }],
      searchAttributes: { CrewName: ['default'], CrewStatus: ['pending'], CrewKickoffId: ['-'] },
    });
    const { kickoffId } = (await handle.result()) as { kickoffId: string };
    const last = crew.client.workflow.getHandle(handle.workflowId);
    const { searchAttributes } = await eventually(
      () => last.describe(),
      (description) => description.status.name === 'COMPLETED',
    );
    expect(searchAttributes).toMatchObject({
      CrewName: ['default'],
      CrewStatus: ['completed'],
      CrewKickoffId: [kickoffId],
    });
  });
});
