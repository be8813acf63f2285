import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import type { CrewHarness } from '../support/crew-harness.js';
import {
  eventually,
  progressUntil,
  quickPolling,
  startCrewHarness,
} from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';

describe('an input that does not fit the contract', () => {
  let crew: CrewHarness;
  beforeAll(async () => {
    crew = await startCrewHarness();
  });
  afterAll(() => crew.stop());

  it.each<[string, unknown, string[]]>([
    ['no input', undefined, ['the input has to be one object']],
    ['no inputs', {}, ['inputs is missing']],
    ['inputs that are no object', { inputs: ['AI'] }, ['inputs has to be an object']],
    [
      'unknown fields and wrong types, all at once',
      {
        inputs: 'AI',
        timout: '1h',
        crew: 7,
        polling: { initialInterval: '1s', interval: 5, x: 1 },
      },
      [
        'inputs has to be an object',
        'timout is not a field of the input',
        'crew has to be a text',
        'polling.interval is not a field of polling',
        'polling.x is not a field of polling',
      ],
    ],
    [
      'durations that are none',
      {
        inputs: {},
        timeout: 'soon',
        notFoundGrace: -1,
        polling: { initialInterval: '1 fortnight' },
      },
      [
        'timeout has to be a duration',
        'notFoundGrace has to be a duration',
        'polling.initialInterval has to be a duration',
      ],
    ],
    ['a time that no date can hold', { inputs: {}, timeout: 1e300 }, ['timeout has to be at most']],
    ['meta.temporal', { inputs: {}, meta: { temporal: {} } }, ['must not have the key "temporal"']],
    [
      'a token',
      { inputs: {}, bearerToken: 'secret' },
      ['Configure the token at the worker', 'considered exposed'],
    ],
  ])('%s: InvalidInput, and nothing reaches the API', async (_, input, mistakes) => {
    const failure = await failureOf(await crew.start(input));
    expect(failure).toMatchObject({ type: 'CrewAI.InvalidInput', nonRetryable: true });
    for (const mistake of mistakes) expect(failure.message).toContain(mistake);
    expect(failure.details).toMatchObject([{ kickoffId: null }]);
    expect(crew.amp.ledger.received).toHaveLength(0);
  });

  it('an unknown crew: UnknownCrew, and the message lists those that the worker knows', async () => {
    const failure = await failureOf(await crew.start({ inputs: {}, crew: 'writers' }));
    expect(failure).toMatchObject({ type: 'CrewAI.UnknownCrew', nonRetryable: true });
    expect(failure.message).toContain('no crew "writers". It knows: default.');
    expect(failure.details).toEqual([
      { kickoffId: null, crew: 'writers', knownCrews: ['default'] },
    ]);
    expect(crew.amp.ledger.received).toHaveLength(0);
  });

  it('takes the longest times that it allows', async () => {
    const times = { timeout: '3650d', adoptionWindow: '3650d', notFoundGrace: '3650d' };
    const polling = { ...quickPolling, maximumInterval: '3650d' };
    crew.amp.faults.status = [{ status: 500 }, { word: 'completed' }, { word: 'completed' }];
    await expect(crew.run({ inputs: {}, ...times, polling })).resolves.toMatchObject({
      status: 'completed',
    });
  });
});

describe('workers of one task queue that know different crews', () => {
  let crew: CrewHarness;
  let connection: NativeConnection;
  beforeAll(async () => {
    // Runs workflows and local activities; all others fall to the second worker.
    crew = await startCrewHarness({
      amp: { scenario: { polls: 1 } },
      worker: { enableNonLocalActivities: false },
    });
    connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  });
  afterAll(async () => {
    await crew.stop();
    await connection.close();
  });

  /** Runs a second worker, which knows one crew, until the promise settles. */
  async function withWorkerFor<T>(name: string, until: () => Promise<T>): Promise<T> {
    const known = createActivities({ crews: new Map([[name, crew.crew]]) });
    const { taskQueue } = crew;
    const worker = await Worker.create({ connection, taskQueue, activities: known.activities });
    const result = await worker.runUntil(until);
    await known.close();
    return result;
  }

  it('send no kickoff that they know no crew for: it waits for one that does', async () => {
    const handle = await crew.start({ inputs: {}, polling: quickPolling });
    const { lastError } = await withWorkerFor('writers', () =>
      progressUntil(handle, (progress) => progress.lastError !== null),
    );
    expect(lastError).toContain('no crew "default". It knows: writers.');
    expect(crew.amp.ledger.received).toHaveLength(0);
    const output = await withWorkerFor('default', () => handle.result());
    expect(output).toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
  }, 120_000);

  it('lose no run that is under way: it waits for one that knows its crew', async () => {
    const response = await fetch(`${crew.amp.url}/kickoff`, {
      method: 'POST',
      headers: { authorization: `Bearer ${crew.amp.token}` },
      body: JSON.stringify({ inputs: {} }),
    });
    const { kickoff_id: kickoffId } = (await response.json()) as { kickoff_id: string };
    const handle = await crew.start({ kickoffId, polling: quickPolling });
    const [pending] = await withWorkerFor('writers', () =>
      eventually(
        async () => (await handle.describe()).raw.pendingActivities ?? [],
        ([activity]) => Boolean(activity?.lastFailure),
      ),
    );
    expect(pending?.lastFailure?.message).toContain('no crew "default". It knows: writers.');
    const output = await withWorkerFor('default', () => handle.result());
    expect(output).toMatchObject({ kickoffId, status: 'completed' });
    // A task that was handed to the first worker while it shut down is found missing after 30 s.
  }, 120_000);
});
