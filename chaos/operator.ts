/** A person who looks after the runs: finds those that wait as `kickoffUnknown`, and resolves them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import {
  MEMO,
  QUERIES,
  UPDATES,
  type CrewRunProgress,
  type KickoffKnown,
  type KickoffRetried,
} from '../src/contract.js';
import { readKickoffs } from './amp-files.js';

/** Runs are looked at this often. */
const ROUND_MS = 1_000;
/** A call that a stopped worker, or a server that is away, holds up is made again in a later round. */
const CALL_MS = 12_000;
/**
 * A kickoff that the API has received may be accepted later than its worker gave up. This is longer
 * than the API takes to accept any, so that one that was not accepted by then never will be.
 */
const SURELY_DECIDED_MS = 15_000;

export interface OperatorOptions {
  client: Client;
  /** Of the API's ledger. */
  folder: string;
  report: (line: string) => void;
  /** How many runs there are to be. */
  runs: number;
  /** When to go home, in milliseconds since 1970. */
  deadline: () => number;
}

/** Resolves when no run is open any more, or at the deadline. */
export async function lookAfterRuns(options: OperatorOptions): Promise<void> {
  const { client, runs, report, deadline } = options;
  for (;;) {
    try {
      // In this order: a run shows in lists some time after its start, and must not be overlooked.
      const shown = await countShown(client);
      const open = await listOpen(client);
      if (shown >= runs && open.length === 0) return;
      const withoutId = open.filter(({ kickoffId }) => kickoffId === null);
      await Promise.all(withoutId.map(({ workflowId }) => resolve(options, workflowId)));
    } catch (error) {
      report(`operator: ${toReason(error)}`);
    }
    if (Date.now() > deadline()) return;
    await delay(ROUND_MS);
  }
}

/** How many runs Temporal's lists show, over or not. */
async function countShown(client: Client): Promise<number> {
  const { count } = await client.withDeadline(Date.now() + CALL_MS, () => client.workflow.count());
  return count;
}

async function listOpen(client: Client): Promise<{ workflowId: string; kickoffId: unknown }[]> {
  const open: { workflowId: string; kickoffId: unknown }[] = [];
  await client.withDeadline(Date.now() + CALL_MS, async () => {
    for await (const { workflowId, memo } of client.workflow.list({
      query: 'ExecutionStatus = "Running"',
    })) {
      open.push({ workflowId, kickoffId: memo?.[MEMO.kickoffId] ?? null });
    }
  });
  return open;
}

async function resolve(
  { client, folder, report }: OperatorOptions,
  workflowId: string,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    await client.withDeadline(Date.now() + CALL_MS, async () => {
      const { phase } = await handle.query<CrewRunProgress>(QUERIES.progress);
      if (phase !== 'kickoffUnknown') return;
      // Only now: what is unknown has been sent, and what was sent and received is written down.
      const ledger = readKickoffs(folder);
      const isOwn = (each: { workflowId: string | null }) => each.workflowId === workflowId;
      const accepted = ledger.accepted.find(isOwn);
      if (accepted !== undefined) {
        const { kickoffId } = accepted;
        await handle.executeUpdate<KickoffKnown, [{ kickoffId: string }]>(UPDATES.adoptKickoff, {
          args: [{ kickoffId }],
        });
        report(`operator: ${workflowId} adopts ${kickoffId}`);
      } else if (ledger.received.filter(isOwn).every(isDecided)) {
        await handle.executeUpdate<KickoffRetried, [object]>(UPDATES.retryKickoff, { args: [{}] });
        report(`operator: ${workflowId} kicks off again, none was accepted`);
      }
    });
  } catch (error) {
    // Nobody to ask, or resolved meanwhile: the next round sees.
    report(`operator: ${workflowId}: ${toReason(error)}`);
  }
}

function isDecided({ at }: { at: string }): boolean {
  return Date.now() - Date.parse(at) > SURELY_DECIDED_MS;
}

function toReason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
