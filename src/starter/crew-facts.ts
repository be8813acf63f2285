import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { MEMO, SEARCH_ATTRIBUTES } from '../contract.js';

export interface CrewFacts {
  crew: string | null;
  crewStatus: string | null;
  kickoffId: string | null;
}

/** What a run's memo and search attributes tell without asking a worker; null where absent. */
export function toCrewFacts({
  memo,
  typedSearchAttributes,
}: Pick<WorkflowExecutionInfo, 'memo' | 'typedSearchAttributes'>): CrewFacts {
  const keyword = (name: string): string | null =>
    typedSearchAttributes.get(defineSearchAttributeKey(name, 'KEYWORD')) || null;
  const kickoffId = memo?.[MEMO.kickoffId];
  return {
    crew: keyword(SEARCH_ATTRIBUTES.crewName),
    crewStatus: keyword(SEARCH_ATTRIBUTES.crewStatus),
    kickoffId: typeof kickoffId === 'string' ? kickoffId : keyword(SEARCH_ATTRIBUTES.crewKickoffId),
  };
}
