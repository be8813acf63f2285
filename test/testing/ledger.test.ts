import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLedger } from '../../src/testing/index.js';
import { call, kickoff, poll } from './call.js';
import { createClock, start } from './running-amp.js';

let folder: string;
let ledgerFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  ledgerFile = join(folder, 'ledger.jsonl');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const TOKEN = 'a-token-nobody-may-read';

describe('the ledger', () => {
  test('has each kickoff twice: as received, and, if it was accepted, with its id', async () => {
    const clock = createClock();
    const amp = await start({ now: clock.now, requiredInputs: ['topic'], token: TOKEN });
    const inputs = { topic: 'tides' };
    const meta = { temporal: { workflowId: 'crew-1', namespace: 'default' }, customer: 7 };
    const headers = { 'idempotency-key': 'key-1', 'x-other': 'x' };
    await call(amp, 'POST /kickoff', { body: { inputs: {} } });
    await call(amp, 'POST /kickoff', { body: 'nonsense' });
    const accepted = await call(amp, 'POST /kickoff', {
      body: { inputs, meta, restoreFromStateId: 'state-1' },
      headers,
    });

    const at = '2026-11-24T10:00:00.000Z';
    const recorded = {
      at,
      inputs,
      meta,
      restoreFromStateId: 'state-1',
      headers: {
        'idempotency-key': 'key-1',
        'content-type': 'application/json',
        'user-agent': 'node',
      },
    };
    expect(amp.ledger.received).toHaveLength(3);
    expect(amp.ledger.received[1]).toMatchObject({ inputs: null, meta: null });
    expect(amp.ledger.received[2]).toStrictEqual({ type: 'received', ...recorded });
    const [run] = amp.ledger.kickoffs;
    expect(amp.ledger.kickoffs).toHaveLength(1);
    expect(run).toMatchObject({ type: 'accepted', ...recorded });
    expect(accepted.body).toEqual({ kickoff_id: run?.kickoffId });
    expect(amp.ledger.kickoffsOfWorkflow('crew-1')).toEqual([run]);
    expect(amp.ledger.kickoffsOfWorkflow('crew-2')).toEqual([]);
    expect(amp.ledger.kickoff(run?.kickoffId ?? '')).toBe(run);
  });

  test('has every request in order, with what it was answered', async () => {
    const clock = createClock();
    const amp = await start({ now: clock.now, token: TOKEN, scenario: { polls: 2 } });
    await call(amp, 'GET /inputs');
    const id = await kickoff(amp);
    await poll(amp, id);
    await call(amp, `GET /status/${id}`, { token: 'wrong' });
    clock.advance(1_500);
    await poll(amp, id);
    await poll(amp, 'nobody');
    await call(amp, 'GET /');

    const at = '2026-11-24T10:00:00.000Z';
    const later = '2026-11-24T10:00:01.500Z';
    const type = 'request';
    expect(amp.ledger.requests).toStrictEqual([
      {
        type,
        at,
        operation: 'inputs',
        kickoffId: null,
        step: null,
        httpStatus: 200,
        answered: 'inputs',
      },
      {
        type,
        at,
        operation: 'kickoff',
        kickoffId: id,
        step: null,
        httpStatus: 200,
        answered: 'accepted',
      },
      {
        type,
        at,
        operation: 'status',
        kickoffId: id,
        step: 1,
        httpStatus: 200,
        answered: 'RUNNING',
      },
      {
        type,
        at,
        operation: 'status',
        kickoffId: id,
        step: null,
        httpStatus: 401,
        answered: 'unauthorized',
      },
      {
        type,
        at: later,
        operation: 'status',
        kickoffId: id,
        step: 2,
        httpStatus: 200,
        answered: 'SUCCESS',
      },
      {
        type,
        at: later,
        operation: 'status',
        kickoffId: 'nobody',
        step: null,
        httpStatus: 200,
        answered: 'NOT FOUND',
      },
      {
        type,
        at: later,
        operation: 'other',
        kickoffId: null,
        step: null,
        httpStatus: 404,
        answered: 'no such route',
      },
    ]);
    expect(amp.ledger.polls).toEqual(
      amp.ledger.requests.filter(({ operation }) => operation === 'status'),
    );
    expect(amp.ledger.pollsOf(id).map(({ answered }) => answered)).toEqual([
      'RUNNING',
      'unauthorized',
      'SUCCESS',
    ]);
    expect(amp.ledger.pollsOf('nobody')).toHaveLength(1);
  });

  test('until() waits for a record, and fails when the server stops first', async () => {
    const amp = await start();
    const known = amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
    await kickoff(amp);
    await known;
    await amp.ledger.until(({ kickoffs }) => kickoffs.length === 1);
    const never = expect(amp.ledger.until(() => false)).rejects.toThrow(/stopped before/);
    await amp.stop();
    await never;
  });

  test('serves 2,000 runs that are polled at once', async () => {
    const amp = await start({ scenario: { polls: 2 } });
    const ids = await Promise.all(Array.from({ length: 2_000 }, () => kickoff(amp)));
    for (let round = 1; round <= 2; round += 1) await Promise.all(ids.map((id) => poll(amp, id)));
    expect(amp.ledger.polls).toHaveLength(4_000);
    expect(ids.map((id) => amp.ledger.pollsOf(id).at(-1)?.answered)).toEqual(
      ids.map(() => 'SUCCESS'),
    );
  });
});

describe('a ledger file', () => {
  test('lets another server go on with the same runs, by their clocks and by their polls', async () => {
    const clock = createClock();
    const options = { ledgerFile, now: clock.now };
    const first = await start({
      ...options,
      scenario: ({ inputs }) => (inputs['by'] === 'polls' ? { polls: 3 } : {}),
    });
    const byTime = await kickoff(first, { by: 'time' });
    const byPolls = await kickoff(first, { by: 'polls' });
    expect(await poll(first, byTime)).toBe('STARTED');
    expect(await poll(first, byPolls)).toBe('RUNNING');
    await first.stop();
    clock.advance(2_000);

    const second = await start({ ...options, port: first.port });
    expect(await poll(second, byTime)).toBe('RUNNING');
    expect(await poll(second, byPolls)).toBe('RUNNING');
    expect(await poll(second, byPolls)).toBe('SUCCESS');
    clock.advance(1_000);
    expect(await poll(second, byTime)).toBe('SUCCESS');
    expect(second.ledger.kickoffs).toHaveLength(2);
    expect(second.ledger.requests.map(({ operation }) => operation)).toEqual([
      'kickoff',
      'kickoff',
      'status',
      'status',
      'status',
      'status',
      'status',
      'status',
    ]);
  });

  test('never has the token in it', async () => {
    const amp = await start({ ledgerFile, token: TOKEN });
    const id = await kickoff(amp);
    await poll(amp, id);
    await call(amp, 'GET /inputs');
    expect(readFileSync(ledgerFile, 'utf8')).toContain(id);
    expect(readFileSync(ledgerFile, 'utf8')).not.toContain(TOKEN);
  });

  test('has a kickoff in it before that is answered, for another process to read', async () => {
    const amp = await start({ ledgerFile, faults: { kickoff: { hang: true, accepted: true } } });
    const hanging = expect(kickoff(amp)).rejects.toThrow();
    await amp.ledger.until(({ requests }) => requests.length === 1);
    const read = readLedger(ledgerFile);
    expect(read.received).toEqual(amp.ledger.received);
    expect(read.kickoffs).toEqual(amp.ledger.kickoffs);
    expect(read.requests).toEqual(amp.ledger.requests);
    await amp.stop();
    await hanging;
  });

  test('may end in a torn line, which counts as never written', async () => {
    const first = await start({ ledgerFile });
    const id = await kickoff(first);
    await first.stop();
    appendFileSync(ledgerFile, '{"type":"request","at":"2026-');
    expect(readLedger(ledgerFile).requests).toHaveLength(1);

    const second = await start({ ledgerFile });
    await poll(second, id);
    await second.stop();
    expect(readLedger(ledgerFile).requests).toEqual(second.ledger.requests);
    expect(second.ledger.requests).toHaveLength(2);
  });

  test.each([
    { content: 'hello\n', reason: 'line 1 is not JSON' },
    { content: '{"type":"other"}\n', reason: 'line 1 is none of its records' },
  ])('that is something else is refused: $reason', async ({ content, reason }) => {
    writeFileSync(ledgerFile, content);
    await expect(start({ ledgerFile })).rejects.toThrow(`${ledgerFile} is not a ledger: ${reason}`);
    expect(readFileSync(ledgerFile, 'utf8')).toBe(content);
  });
});
