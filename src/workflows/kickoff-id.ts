import { log, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { MEMO } from '../contract.js';
import { markKickoffId } from './search-attributes.js';
import type { RunState } from './run-state.js';

/** AMP's ids are UUIDs; this much room leaves a person's mistake where it was made. */
const LONGEST_ID = 200;
/** A person reads these, one by one. */
const MOST_OTHER_IDS = 10;

/** Whether a value that anybody may have sent can be a kickoffId. */
export function isKickoffId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && value.length <= LONGEST_ID;
}

/** The run goes on with this id, wherever it came from; {@link publishKickoffId} follows. */
export function becomeKnown(run: RunState, kickoffId: string): void {
  run.kickoffId = kickoffId;
  run.pollingSince = Date.now();
  run.phase = 'polling';
  run.kickoffUnknownSince = null;
  run.kickoffNotBefore = null;
  run.lastError = null;
}

/**
 * Shows the id to whoever looks at the run from outside, once. Not from the handler of a signal: of
 * signals and updates that a reset applies again, the updates are run first, and replayed last (SDK
 * 1.24), so what both of them leave in history must not depend on that order.
 */
export function publishKickoffId(run: RunState): void {
  if (run.kickoffId === null || isPublished(run)) return;
  upsertMemo({ [MEMO.kickoffId]: run.kickoffId });
  markKickoffId(run.kickoffId);
}

export function isPublished({ kickoffId }: RunState): boolean {
  return kickoffId !== null && workflowInfo().memo?.[MEMO.kickoffId] === kickoffId;
}

/** A second kickoff of this chain was accepted: it is not watched, and nobody else knows of it. */
export function becomeOther(run: RunState, kickoffId: string): void {
  if (kickoffId === run.kickoffId || run.otherKickoffIds.includes(kickoffId)) return;
  log.warn('Another kickoff of this run was accepted; it is not watched', { kickoffId });
  if (run.otherKickoffIds.length < MOST_OTHER_IDS) run.otherKickoffIds.push(kickoffId);
}
