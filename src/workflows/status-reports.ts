import type { RunSettings, StatusReport } from '../contract.js';
import type { RunState } from './run-state.js';

/** Some APIs count in theirs; the list is carried by continue-as-new. */
const MOST_UNKNOWN_WORDS = 20;

/** What a run does after a status report. */
export type Verdict = 'pollOn' | 'collect' | 'vanished' | 'timedOut';

/**
 * Takes a status report into the run's state. A report of null is a read that got no answer.
 *
 * @returns the status word, when nobody knows it and it has not been reported yet
 */
export function takeReport(run: RunState, report: StatusReport | null, now: number): string | null {
  run.polls += 1;
  run.lastPollAt = now;
  if (report === null) return null;

  if (report.status === 'tokenRefused') {
    run.phase = 'onHold';
    // What the API would have said meanwhile is not known.
    run.notFoundSince = null;
    run.lastError = report.message;
    return null;
  }

  run.status = report.status;
  run.lastError = null;
  if (report.status === 'notFound') {
    run.notFoundSince ??= now;
    run.phase = run.waitsForPerson ? 'waitingForFeedback' : 'polling';
    run.lastError = run.waitsForPerson
      ? null
      : `The API does not know the run (since ${new Date(run.notFoundSince).toISOString()})`;
    return null;
  }

  run.notFoundSince = null;
  run.waitsForPerson = report.status === 'waiting';
  run.phase = run.waitsForPerson ? 'waitingForFeedback' : 'polling';
  run.currentTask = report.currentTask;
  run.completedTasks = report.completedTasks ?? run.completedTasks;
  run.totalTasks = report.totalTasks ?? run.totalTasks;
  if (report.status !== 'unknown') return null;

  const word = report.message ?? '';
  run.lastError = `The API answers with a status that nobody knows: "${word}"`;
  if (run.unknownWords.includes(word) || run.unknownWords.length >= MOST_UNKNOWN_WORDS) return null;
  run.unknownWords.push(word);
  return word;
}

/** What the last report means. It is judged before the timeout: an end that was seen counts. */
export function toVerdict(
  run: RunState,
  report: StatusReport | null,
  settings: Pick<RunSettings, 'notFoundGraceMs'>,
  now: number,
): Verdict {
  switch (report?.status) {
    case 'completed':
    case 'error':
    case 'cancelled':
      return 'collect';
    case 'notFound':
      if (
        !run.waitsForPerson &&
        run.notFoundSince !== null &&
        now - run.notFoundSince >= settings.notFoundGraceMs
      ) {
        return 'vanished';
      }
      break;
    case 'pending':
    case 'running':
    case 'waiting':
    case 'unknown':
    case 'tokenRefused':
    case undefined:
      break;
  }
  return run.timeoutAt !== null && now >= run.timeoutAt ? 'timedOut' : 'pollOn';
}
