import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { CrewHarness } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
} from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

const input = { inputs: { topic: 'AI' }, polling: quickPolling };

describe('a kickoff that no worker takes', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    // Workflows and local activities run here; nobody takes the kickoff.
    crew = await startCrewHarness({ worker: { enableNonLocalActivities: false } });
  });
  afterAll(() => crew.stop());

  it('is cancelled with its run', async () => {
    const handle = await crew.start(input);
    await eventually(
      async () => (await handle.describe()).raw.pendingActivities ?? [],
      ({ length }) => length === 1,
    );
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({
      message: 'Workflow execution cancelled',
    });
    expect(await handle.query('progress')).toMatchObject({
      lastError: 'Cancelled before the crew was started',
    });
    expect(crew.amp.ledger.received).toHaveLength(0);
  });
});

describe('a worker that comes after the timeout', () => {
  it('starts nothing', async () => {
    const crew = await startCrewHarness();
    const taskQueue = `crewai-${randomUUID()}`;
    const handle = await crew.start({ ...input, timeout: 1 }, { taskQueue });
    const late = await startCrewHarness({ taskQueue });
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.TimedOut', details: [{ kickoffId: null }] });
    expect(failure.message).toContain('nothing was started');
    expect(late.amp.ledger.received).toHaveLength(0);
    await late.stop();
    await crew.stop();
  });
});

describe('Temporal out of reach when the answer comes, and for longer than the activity has', () => {
  let folder: string;
  let server: TemporalDevServer;
  let crew: CrewHarness;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'temporal-crewai-'));
    server = await startTemporalDevServer({
      dbFile: join(folder, 'temporal.db'),
      dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
    });
    crew = await startCrewHarness({
      address: server.address,
      crew: { kickoffTimeoutMs: 1_000 },
      amp: { scenario: { polls: 1, kickoff: { answerAfterMs: 500 } } },
    });
  });
  afterAll(async () => {
    await crew.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('the id arrives all the same, and nobody has to adopt it', async () => {
    const handle = await crew.start(input);
    await crew.amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
    await server.kill();
    // The activity has 16 s; only real time ends it, since the worker must find it ended.
    await new Promise((resolve) => setTimeout(resolve, 18_000));
    await server.restart();
    await expect(handle.result()).resolves.toMatchObject({
      kickoffId: crew.amp.ledger.kickoffs[0]?.kickoffId,
      status: 'completed',
    });
    expect(await progressUntil(handle, () => true)).toMatchObject({ phase: 'done' });
    expect(crew.amp.ledger.kickoffs).toHaveLength(1);
  }, 120_000);
});
