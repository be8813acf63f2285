/** A ledger as a file: one JSON object a line, only ever appended to. */
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import type { LedgerRecord } from './ledger.js';

const RECORD_TYPES: readonly unknown[] = ['received', 'accepted', 'request'];

/** Only this module's own lines are read, so their type is what is checked. */
function isRecord(value: unknown): value is LedgerRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    RECORD_TYPES.includes(value.type)
  );
}

/**
 * The records of a file, none if it is not there. A last line without its line break was cut off when
 * the process was killed in the middle of it, so nobody was told of it: it counts as never written.
 *
 * @returns `repair` removes such a line; call it before appending.
 * @throws Error when a whole line is not a record.
 */
export function readLedgerFile(file: string): { records: LedgerRecord[]; repair: () => void } {
  if (!existsSync(file)) return { records: [], repair: () => undefined };
  const bytes = readFileSync(file);
  const wholeBytes = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.toString('utf8', 0, wholeBytes).split('\n').slice(0, -1);
  const records = lines.map((line, index) => {
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (error) {
      throw new Error(`${file} is not a ledger: line ${index + 1} is not JSON.`, { cause: error });
    }
    if (isRecord(record)) return record;
    throw new Error(`${file} is not a ledger: line ${index + 1} is none of its records.`);
  });
  return {
    records,
    repair: () => {
      if (wholeBytes < bytes.length) truncateSync(file, wholeBytes);
    },
  };
}
