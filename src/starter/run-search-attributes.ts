import type { SearchAttributePair } from '@temporalio/common';
import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contract.js';
import type { TemporalClient } from './create-client.js';
import type { RunRequest } from './run-request.js';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/**
 * The search attributes a run is started with: ours, where the namespace has all of them. A run
 * that is started with one that the namespace lacks is refused by the server.
 */
export async function findSearchAttributes(
  { connection, namespace }: TemporalClient,
  { crew, input }: RunRequest,
): Promise<SearchAttributePair[]> {
  let known: Record<string, unknown>;
  try {
    const answer = await connection.operatorService.listSearchAttributes({ namespace });
    known = answer.customAttributes;
  } catch {
    // Temporal Cloud and locked-down servers refuse this call; a run does without the attributes.
    return [];
  }
  const values = {
    [SEARCH_ATTRIBUTES.crewName]: crew,
    [SEARCH_ATTRIBUTES.crewStatus]: 'pending',
    [SEARCH_ATTRIBUTES.crewKickoffId]: input.kickoffId ?? '',
  };
  const complete = Object.keys(values).every((name) => known[name] === KEYWORD);
  if (!complete) return [];
  return Object.entries(values).map(([name, value]) => ({
    key: defineSearchAttributeKey(name, 'KEYWORD'),
    value,
  }));
}
