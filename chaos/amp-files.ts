/** What passes between the process of the simulated AMP and the one that looks on. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { DIALECTS, readLedger, type DialectName } from '../src/testing/index.js';
import type { StatusFaultName } from './status-faults.js';

/** The one command line argument, as JSON. */
export const AmpOptions = v.object({
  folder: v.string(),
  seed: v.number(),
  /** How often it was started before: each life has dice of its own. */
  life: v.number(),
  ports: v.object({ documented: v.number(), live: v.number() }),
});
export type AmpOptions = v.InferOutput<typeof AmpOptions>;

export const AMP_READY = 'Ready: both dialects are served';

/** Whatever is written there outlives the process. */
export const toLedgerFile = (folder: string, dialect: DialectName): string =>
  join(folder, `ledger-${dialect}.jsonl`);
const NO_FAULT = 'none';
const toStatusFile = (folder: string): string => join(folder, 'status-requests.txt');

export function writeStatusRequest(folder: string, fault: StatusFaultName | null): void {
  appendFileSync(toStatusFile(folder), `${fault ?? NO_FAULT}\n`);
}

/** How many status requests there were, and how many of them met each fault. */
export function readStatusRequests(folder: string): {
  total: number;
  faults: Record<string, number>;
} {
  const file = toStatusFile(folder);
  const words = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const faults: Record<string, number> = {};
  for (const word of words) if (word !== NO_FAULT) faults[word] = (faults[word] ?? 0) + 1;
  return { total: words.length, faults };
}

/** What both servers say of all kickoffs. A workflow's id is null where somebody else kicked off. */
export interface KickoffLedger {
  received: { workflowId: string | null; at: string }[];
  accepted: { workflowId: string | null; kickoffId: string }[];
}

export function readKickoffs(folder: string): KickoffLedger {
  const ledgers = DIALECTS.map((dialect) => readLedger(toLedgerFile(folder, dialect)));
  return {
    received: ledgers.flatMap(({ received }) =>
      received.map(({ meta, at }) => ({ workflowId: toWorkflowId(meta), at })),
    ),
    accepted: ledgers.flatMap(({ kickoffs }) =>
      kickoffs.map(({ meta, kickoffId }) => ({ workflowId: toWorkflowId(meta), kickoffId })),
    ),
  };
}

const Meta = v.object({ temporal: v.object({ workflowId: v.string() }) });

/** The workflow that kicked off, of what it sends along. */
export function toWorkflowId(meta: unknown): string | null {
  const parsed = v.safeParse(Meta, meta);
  return parsed.success ? parsed.output.temporal.workflowId : null;
}
