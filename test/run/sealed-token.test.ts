import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import type { Key } from '../../src/sealing/key-file.js';
import { NO_PRIVATE_KEYS, type PrivateKeys } from '../../src/sealing/private-keys.js';
import type { TokenPurpose } from '../../src/sealing/sealed-token.js';
import { sealToken } from '../../src/sealing/seal-token.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import { progressUntil, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { failureOf } from '../support/run-failure.js';
import { createTokenKeys, type TokenKeys } from '../support/token-keys.js';

/** What the API accepts: never the crew's own token at the worker. */
const OWN = 'own-token-marked';
const NEXT = 'next-token-marked';
const HOUR = 3_600_000;

let keys: TokenKeys;
let key: Key;
let crew: CrewHarness;
/** How often the worker looked for the crew's own token. */
let crewTokenUses = 0;

beforeAll(async () => {
  keys = await createTokenKeys();
  key = await keys.add('first');
  crew = await startCrewHarness({
    amp: { token: OWN, scenario: { polls: 2 } },
    privateKeys: keys.load(),
    crew: {
      token: () => {
        crewTokenUses += 1;
        return Promise.resolve('crew-token');
      },
    },
  });
});
afterAll(async () => {
  await crew.stop();
  await keys.remove();
});
beforeEach(() => {
  crew.amp.faults = {};
  crew.amp.token = OWN;
  crewTokenUses = 0;
});

const newId = () => `sealed-${randomUUID()}`;

const seal = (workflowId: string | null, purpose: Partial<TokenPurpose> = {}, token = OWN) =>
  sealToken(
    token,
    {
      crew: 'default',
      namespace: 'default',
      workflowId,
      expiresAt: Date.now() + HOUR,
      ...purpose,
    },
    key,
  );

const start = (workflowId: string, bearerToken: unknown, input: Record<string, unknown> = {}) =>
  crew.start({ inputs: {}, polling: quickPolling, bearerToken, ...input }, { workflowId });

const replace = (handle: CrewRunHandle, request: unknown) =>
  handle.executeUpdate('replaceBearerToken', { args: [request] });

const received = ({ workflowId }: CrewRunHandle, { amp } = crew) =>
  amp.ledger.received.filter(({ meta }) => JSON.stringify(meta).includes(workflowId));

/** Payloads are base64 in JSON: as text, so that they can be searched. */
function toReadable(name: string, value: unknown): unknown {
  return name === 'data' && typeof value === 'string'
    ? Buffer.from(value, 'base64').toString()
    : value;
}

describe('a run that brings its token along', () => {
  it('uses it for every request, and never the token of the crew', async () => {
    const id = newId();
    const handle = await start(id, await seal(id));
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(1);
    expect(crewTokenUses).toBe(0);
  });

  it('has it in its history only sealed', async () => {
    const id = newId();
    const sealed = await seal(id);
    crew.amp.faults.status = [{ status: 401, body: { detail: `not ${OWN}` } }];
    const handle = await start(id, sealed);
    await handle.result();
    const history = JSON.stringify(await handle.fetchHistory(), toReadable);
    expect(history).toContain(sealed);
    expect(history).toContain('the API refuses');
    expect(history).not.toContain(OWN);
  });

  it('can watch a run that was kicked off elsewhere', async () => {
    const response = await fetch(`${crew.amp.url}/kickoff`, {
      method: 'POST',
      headers: { authorization: `Bearer ${OWN}` },
      body: JSON.stringify({ inputs: {} }),
    });
    const { kickoff_id: kickoffId } = (await response.json()) as { kickoff_id: string };
    const id = newId();
    const handle = await crew.start(
      { kickoffId, polling: quickPolling, bearerToken: await seal(id) },
      { workflowId: id },
    );
    await expect(handle.result()).resolves.toMatchObject({ kickoffId, status: 'completed' });
    expect(received(handle)).toHaveLength(0);
    expect(crewTokenUses).toBe(0);
  });

  it('shares neither token nor fate with the other runs of its crew', async () => {
    const started = Array.from({ length: 12 }, async (_, index) => {
      const id = newId();
      const own = index % 3 === 0;
      const token = index % 3 === 1 ? seal(id, {}, 'a-wrong-token') : undefined;
      const handle = await start(id, await (own ? seal(id) : token));
      const ended = own ? (await handle.result()).status : (await failureOf(handle)).type;
      return { own, ended };
    });
    for (const { own, ended } of await Promise.all(started)) {
      expect(ended).toBe(own ? 'completed' : 'CrewAI.KickoffRejected');
    }
  });

  it('may be any run of the crew, where the token was sealed for any', async () => {
    const sealed = await seal(null);
    for (const id of [newId(), newId()]) {
      const handle = await start(id, sealed);
      await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    }
  });

  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ['not sealed', () => Promise.resolve(OWN), 'exposed'],
    ['expired', (id) => seal(id, { expiresAt: Date.now() - 1_000 }), 'expired at'],
    ['for another crew', (id) => seal(id, { crew: 'writers' }), 'is for the crew "writers"'],
    ['for another namespace', (id) => seal(id, { namespace: 'prod' }), 'is for the namespace'],
    ['lifted from another run', () => seal('another'), 'is for the workflow id "another"'],
    ['tampered with', async (id) => (await seal(id)).replace(/\..{10}/, '.AAAAAAAAAA'), 'changed'],
    [
      'sealed with a key that the worker does not have',
      async (id) => {
        const others = await createTokenKeys();
        const other = await others.add('other');
        await others.remove();
        const purpose = { crew: 'default', namespace: 'default', workflowId: id };
        return sealToken(OWN, { ...purpose, expiresAt: Date.now() + HOUR }, other);
      },
      'and this worker has only',
    ],
  ])('is refused before anything is sent when its token is %s', async (_, createToken, reason) => {
    const id = newId();
    const handle = await start(id, await createToken(id));
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.InvalidInput', nonRetryable: true });
    expect(failure.message).toContain('bearerToken');
    expect(failure.message).toContain(reason);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain(OWN);
    expect(received(handle)).toHaveLength(0);
  });

  it('ends as rejected when its token expires before a kickoff that has to be repeated', async () => {
    const id = newId();
    crew.amp.faults.kickoff = [{ status: 429, headers: { 'retry-after': '5' } }];
    const handle = await start(id, await seal(id, { expiresAt: Date.now() + 5_000 }));
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'CrewAI.KickoffRejected', nonRetryable: true });
    expect(failure.message).toMatch(/was not kicked off: the sealed token expired at/);
    expect(received(handle)).toHaveLength(1);
    expect(crew.amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(0);
  });
});

describe('a token that is refused in the middle of the run that brought it', () => {
  /** Nothing but an event could bring about another poll within the test. */
  const patient = { initialInterval: 20, maximumInterval: '1h', backoffCoefficient: 1 };

  async function startUntilPolled(purpose: Partial<TokenPurpose> = {}) {
    const id = newId();
    crew.amp.faults.status = { word: 'running' };
    const handle = await start(id, await seal(id, purpose), { polling: patient });
    await progressUntil(handle, ({ polls }) => polls > 0);
    return handle;
  }

  it('by the API puts it on hold; a new one lets it poll at once, and complete', async () => {
    const handle = await startUntilPolled();
    crew.amp.token = NEXT;
    const onHold = await progressUntil(handle, ({ phase }) => phase === 'onHold');
    expect(onHold.lastError).toContain('HTTP 401');
    expect(onHold.lastError).toContain(`temporal-crewai token replace ${handle.workflowId}`);
    expect(onHold.crew).toBe('default');

    crew.amp.faults = {};
    const sealedToken = await seal(handle.workflowId, {}, NEXT);
    await expect(replace(handle, { sealedToken })).resolves.toEqual({});
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId)).toHaveLength(1);
    const history = JSON.stringify(await handle.fetchHistory(), toReadable);
    expect(history).toContain(sealedToken);
    expect(history).not.toContain(NEXT);
    expect(crewTokenUses).toBe(0);
  });

  it('since it has expired puts it on hold as well, and asks the API nothing more', async () => {
    const handle = await startUntilPolled({ expiresAt: Date.now() + 5_000 });
    const onHold = await progressUntil(handle, ({ phase }) => phase === 'onHold');
    expect(onHold.lastError).toContain('The sealed token expired at');
    const asked = crew.amp.ledger.requests.length;
    await handle.signal('crewEvent', {});
    await progressUntil(handle, ({ polls }) => polls > onHold.polls);
    expect(crew.amp.ledger.requests).toHaveLength(asked);

    crew.amp.faults = {};
    await replace(handle, { sealedToken: await seal(handle.workflowId) });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    const polls = crew.amp.ledger.pollsOf(onHold.kickoffId ?? '');
    expect(polls.filter(({ httpStatus }) => httpStatus !== 200)).toEqual([]);
  });

  it('stays in use when what is to replace it is no better', async () => {
    const handle = await startUntilPolled();
    const id = handle.workflowId;
    const lifted = 'token-in-clear-text';
    for (const [request, reason] of [
      [{ sealedToken: await seal(id, { crew: 'writers' }) }, 'is for the crew "writers"'],
      [{ sealedToken: await seal('another') }, 'is for the workflow id "another"'],
      [{ sealedToken: await seal(id, { expiresAt: 0 }) }, 'The sealed token expired at'],
      [{ sealedToken: lifted }, 'considered exposed'],
      [{}, 'is not sealed'],
      [lifted, 'takes one object'],
      [{ sealedToken: await seal(id), bearerToken: lifted }, 'does not know the field bearerToken'],
    ] as const) {
      await expect(replace(handle, request)).rejects.toMatchObject({
        cause: {
          type: 'CrewAI.UpdateRefused',
          message: expect.stringContaining(reason) as string,
        },
      });
    }
    crew.amp.faults = {};
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(JSON.stringify(await handle.fetchHistory(), toReadable)).not.toContain(lifted);
    expect(crewTokenUses).toBe(0);
  });

  it('can be given to a run that has used its crew’s own so far', async () => {
    crew.amp.token = 'crew-token';
    crew.amp.faults.status = { word: 'running' };
    const handle = await crew.start({ inputs: {}, polling: patient }, { workflowId: newId() });
    await progressUntil(handle, ({ polls }) => polls > 0);
    crew.amp.token = NEXT;
    await progressUntil(handle, ({ phase }) => phase === 'onHold');
    crew.amp.faults = {};
    await replace(handle, { sealedToken: await seal(handle.workflowId, {}, NEXT) });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });
});

describe('keys that are rotated', () => {
  it('let tokens of the old and the new one be used, and the worker run on', async () => {
    const before = newId();
    crew.amp.faults.status = { word: 'running' };
    const old = await start(before, await seal(before));
    await progressUntil(old, ({ polls }) => polls > 0);

    const newKey = await keys.add('second');
    const after = newId();
    const purpose = { crew: 'default', namespace: 'default', workflowId: after };
    const sealed = await sealToken(OWN, { ...purpose, expiresAt: Date.now() + HOUR }, newKey);
    const next = await start(after, sealed);
    await progressUntil(next, ({ polls }) => polls > 0);

    crew.amp.faults = {};
    for (const handle of [old, next]) {
      await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    }
  });
});

describe('workers of one task queue of which not all have the keys', () => {
  let main: CrewHarness;
  let connection: NativeConnection;
  beforeAll(async () => {
    // Runs workflows and local activities; all others fall to the second worker.
    main = await startCrewHarness({
      amp: { token: OWN, scenario: { polls: 1 } },
      privateKeys: keys.load(),
      worker: { enableNonLocalActivities: false },
    });
    connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  });
  afterAll(async () => {
    await main.stop();
    await connection.close();
  });

  async function withWorker<T>(privateKeys: PrivateKeys, until: () => Promise<T>): Promise<T> {
    const known = createActivities({
      crews: new Map([['default', main.crew]]),
      privateKeys,
    });
    const { taskQueue } = main;
    const worker = await Worker.create({ connection, taskQueue, activities: known.activities });
    const result = await worker.runUntil(until);
    await known.close();
    return result;
  }

  it('send no kickoff that they cannot open the token for: it waits for one that can', async () => {
    const id = newId();
    const handle = await main.start(
      { inputs: {}, polling: quickPolling, bearerToken: await seal(id) },
      { workflowId: id },
    );
    const { lastError } = await withWorker(NO_PRIVATE_KEYS, () =>
      progressUntil(handle, (progress) => progress.lastError !== null),
    );
    expect(lastError).toContain('was not kicked off: the sealed token was sealed with the key');
    expect(lastError).toContain('this worker has no private keys: set CREWAI_TOKEN_KEYS_FOLDER');
    expect(received(handle, main)).toHaveLength(0);
    const output = await withWorker(keys.load(), () => handle.result());
    expect(output).toMatchObject({ status: 'completed' });
    expect(main.amp.ledger.kickoffsOfWorkflow(id)).toHaveLength(1);
  }, 120_000);
});
