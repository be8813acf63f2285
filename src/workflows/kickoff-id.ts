import { log, upsertMemo } from '@temporalio/workflow';
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

/** Everything that happens the moment the id is known, wherever it came from. */
export function becomeKnown(run: RunState, kickoffId: string): void {
  run.kickoffId = kickoffId;
  run.pollingSince = Date.now();
  run.phase = 'polling';
  run.kickoffUnknownSince = null;
  run.kickoffNotBefore = null;
  run.lastError = null;
  upsertMemo({ [MEMO.kickoffId]: kickoffId });
  markKickoffId(kickoffId);
}

/** A second kickoff of this chain was accepted: it is not watched, and nobody else knows of it. */
export function becomeOther(run: RunState, kickoffId: string): void {
  if (kickoffId === run.kickoffId || run.otherKickoffIds.includes(kickoffId)) return;
  log.warn('Another kickoff of this run was accepted; it is not watched', { kickoffId });
  if (run.otherKickoffIds.length < MOST_OTHER_IDS) run.otherKickoffIds.push(kickoffId);
}
