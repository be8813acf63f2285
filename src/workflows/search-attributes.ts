import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contract.js';
import type { CrewStatus } from '../contract.js';

/**
 * A search attribute is set only where the run was started with it. The namespace has it then, and
 * a run can never fail for one that is missing, nor replay differently elsewhere.
 */
function set(name: string, text: string): void {
  // The server's limit for one value is 2 KB, and an id is whatever an API says it is.
  const value = text.slice(0, 255);
  const key = defineSearchAttributeKey(name, 'KEYWORD');
  const present = workflowInfo().typedSearchAttributes.get(key);
  if (present !== undefined && present !== value) upsertSearchAttributes([{ key, value }]);
}

export function markKickoffId(kickoffId: string): void {
  set(SEARCH_ATTRIBUTES.crewKickoffId, kickoffId);
}

export function markStatus(status: CrewStatus): void {
  set(SEARCH_ATTRIBUTES.crewStatus, status);
}
