import { upsertMemo } from '@temporalio/workflow';
import { MEMO } from '../contract.js';
import { markKickoffId } from './search-attributes.js';
import type { RunState } from './run-state.js';

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
