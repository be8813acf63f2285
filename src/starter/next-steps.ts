import { DEFAULT_CREW, FAILURE_TYPES } from '../contract.js';
import type { RunFailure } from './run-end.js';

/** Failures after which the crew's run at CrewAI may still be under way, or have a result. */
const MAY_GO_ON: readonly (string | null)[] = [
  FAILURE_TYPES.TimedOut,
  FAILURE_TYPES.CrewRunNotFound,
  FAILURE_TYPES.UnexpectedResponse,
  FAILURE_TYPES.KickoffOutcomeUnknown,
  // Not failed by itself: cancelled, terminated, timed out.
  null,
];

/** What can be done about a run that failed, beyond what its message says. */
export function toNextSteps(
  failure: RunFailure,
  crew: string | null,
  toCommand: (words: string[]) => string,
): string[] {
  if (!MAY_GO_ON.includes(failure.type)) return [];
  const kickoffId = failure.kickoffId ?? 'KICKOFF_ID';
  const crewFlag = crew === DEFAULT_CREW ? [] : ['--crew', crew ?? 'CREW'];
  const command = toCommand(['run', ...crewFlag, '--kickoff-id', kickoffId]);
  return [`The crew itself may still be at work. To watch it: ${command}`];
}
