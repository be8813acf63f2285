/**
 * What reached the simulated API and what it did: in memory, and line by line in a file where one is
 * given. A server that is killed and started again on its file goes on where it was.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readLedgerFile } from './ledger-file.js';
import type { ResolvedScenario } from './scenario.js';

/** A kickoff request that was read, whatever became of it. */
export interface ReceivedKickoff {
  type: 'received';
  /** ISO 8601, as all times here. */
  at: string;
  /** Null where the body is not a JSON object with such a field. */
  inputs: Record<string, unknown> | null;
  meta: Record<string, unknown> | null;
  restoreFromStateId: string | null;
  /** Some of the request's headers, lower case. The token is never recorded. */
  headers: Record<string, string>;
}

/** A kickoff that started a run. Recorded before the answer goes out, if one does. */
export interface Kickoff {
  type: 'accepted';
  at: string;
  kickoffId: string;
  inputs: Record<string, unknown>;
  meta: Record<string, unknown> | null;
  restoreFromStateId: string | null;
  headers: Record<string, string>;
  scenario: ResolvedScenario;
}

/** A request and its answer. Recorded when the answer is decided, before it goes out. */
export interface LedgerRequest {
  type: 'request';
  at: string;
  operation: 'inputs' | 'kickoff' | 'status' | 'other';
  /** The run asked for, or the one started. */
  kickoffId: string | null;
  /** Null where there is no answer: reset or hang. */
  httpStatus: number | null;
  /** The status word, a refusal's short name, or the fault, such as `fault: status 503`. */
  answered: string;
  /** For a status request that the run itself answered: the how manieth. Null for faults and refusals. */
  step: number | null;
}

export type LedgerRecord = ReceivedKickoff | Kickoff | LedgerRequest;

/** The ledger to read from. The arrays grow as requests come in. */
export interface Ledger {
  /** Every kickoff request that was read. */
  readonly received: readonly ReceivedKickoff[];
  /** Those that were accepted, each of them a run. */
  readonly kickoffs: readonly Kickoff[];
  /** Every request in the order in which answers were decided. */
  readonly requests: readonly LedgerRequest[];
  /** The status requests among them. */
  readonly polls: readonly LedgerRequest[];
  pollsOf(kickoffId: string): readonly LedgerRequest[];
  kickoff(kickoffId: string): Kickoff | undefined;
  /** The accepted kickoffs whose `meta.temporal.workflowId` is this one. */
  kickoffsOfWorkflow(workflowId: string): Kickoff[];
  /**
   * Waits until the ledger says so: now, or with one of the next records.
   *
   * @example await amp.ledger.until((ledger) => ledger.polls.length >= 3);
   * @throws Error when the server stops first.
   */
  until(condition: (ledger: Ledger) => boolean): Promise<void>;
}

/** The ledger to write to. */
export interface LedgerBook extends Ledger {
  /** In the file, then in memory, when it returns. */
  append(record: LedgerRecord): void;
  /** How many of the run's own answers it has given. */
  stepsOf(kickoffId: string): number;
  close(): void;
}

/** What a ledger file says at this moment, for a server in another process. */
export function readLedger(file: string): Omit<Ledger, 'until'> {
  const book = createBook(() => undefined);
  for (const record of readLedgerFile(file).records) book.append(record);
  return book;
}

/**
 * @param file created if need be, appended to if it is there. Default: in memory only.
 * @throws Error when the file is not a ledger.
 */
export function openLedger(file?: string): LedgerBook {
  if (file === undefined) return createBook(() => undefined);
  const { records, repair } = readLedgerFile(file);
  repair();
  const descriptor = openSync(file, 'a');
  let loading = true;
  const book = createBook((record) => {
    if (!loading) writeSync(descriptor, `${JSON.stringify(record)}\n`);
  });
  for (const record of records) book.append(record);
  loading = false;
  return {
    ...book,
    close: () => {
      book.close();
      closeSync(descriptor);
    },
  };
}

function createBook(write: (record: LedgerRecord) => void): LedgerBook {
  const received: ReceivedKickoff[] = [];
  const kickoffs: Kickoff[] = [];
  const requests: LedgerRequest[] = [];
  const polls: LedgerRequest[] = [];
  const runs = new Map<string, { kickoff: Kickoff; polls: LedgerRequest[]; steps: number }>();
  const waiters = new Set<{ check: () => void; reject: (reason: Error) => void }>();

  function keep(record: LedgerRecord): void {
    if (record.type === 'received') {
      received.push(record);
    } else if (record.type === 'accepted') {
      kickoffs.push(record);
      runs.set(record.kickoffId, { kickoff: record, polls: [], steps: 0 });
    } else {
      requests.push(record);
      if (record.operation !== 'status') return;
      polls.push(record);
      const run = runs.get(record.kickoffId ?? '');
      run?.polls.push(record);
      if (run && record.step !== null) run.steps = record.step;
    }
  }

  const book: LedgerBook = {
    received,
    kickoffs,
    requests,
    polls,
    pollsOf: (kickoffId) =>
      runs.get(kickoffId)?.polls ?? polls.filter((poll) => poll.kickoffId === kickoffId),
    kickoff: (kickoffId) => runs.get(kickoffId)?.kickoff,
    kickoffsOfWorkflow: (workflowId) =>
      kickoffs.filter(({ meta }) => workflowIdOf(meta) === workflowId),
    stepsOf: (kickoffId) => runs.get(kickoffId)?.steps ?? 0,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const waiter = {
          reject,
          check: () => {
            try {
              if (!condition(book)) return;
              resolve();
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
            waiters.delete(waiter);
          },
        };
        waiters.add(waiter);
        waiter.check();
      }),
    append: (record) => {
      write(record);
      keep(record);
      for (const waiter of [...waiters]) waiter.check();
    },
    close: () => {
      const error = new Error(
        'The simulated AMP stopped before its ledger said what was waited for.',
      );
      for (const waiter of waiters) waiter.reject(error);
      waiters.clear();
    },
  };
  return book;
}

function workflowIdOf(meta: Record<string, unknown> | null): unknown {
  const temporal = meta?.['temporal'];
  return typeof temporal === 'object' && temporal !== null && 'workflowId' in temporal
    ? temporal.workflowId
    : undefined;
}
