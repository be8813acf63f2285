import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { RunState } from './run-state.js';

/** A summary is one line of the timeline: the start of a longer id says enough. */
const LONGEST_IN_SUMMARY = 80;

/** Sets what the Web UI shows as the run's current details. Costs no history. */
export function showDetails(run: RunState): void {
  setCurrentDetails(toDetails(run, workflowInfo().workflowId));
}

/** A few lines of Markdown: a list and not a table, which the Web UI sets without spacing. */
export function toDetails(run: RunState, workflowId: string): string {
  return [
    ['Crew', run.settings === null ? 'not checked yet' : code(run.settings.crew)],
    ['Status', toSituation(run)],
    ['kickoffId', run.kickoffId === null ? 'not known' : code(run.kickoffId)],
    [
      'Also accepted',
      run.otherKickoffIds.length === 0
        ? null
        : `${run.otherKickoffIds.map(code).join(', ')}, and not watched: look at it in AMP`,
    ],
    ['Next', toNext(run)],
    ['Timeout', run.phase === 'done' ? null : toTime(run.timeoutAt)],
    ['Last error', run.lastError === null ? null : text(run.lastError)],
    ...(run.phase === 'kickoffUnknown' ? toResolution(workflowId) : []),
  ]
    .filter(([, words]) => words !== null)
    .map(([label, words]) => `- **${label}:** ${words}`)
    .join('\n');
}

/** One line for the timeline: how many polls, and what the last one said. */
export function toPollSummary(run: RunState): string {
  if (run.polls === 0) return `kickoffId ${cut(run.kickoffId ?? 'not known')}`;
  const { completedTasks: completed, totalTasks: total } = run;
  const tasks = completed === null && total === null ? '' : ` ${completed ?? '?'}/${total ?? '?'}`;
  return `poll ${run.polls} · ${statusWord(run)}${tasks}`;
}

function toSituation(run: RunState): string {
  switch (run.phase) {
    case 'kickingOff':
      return run.kickoffsNotActedOn > 0
        ? `kickoff not acted on ${run.kickoffsNotActedOn} times, nothing started yet`
        : 'kicking off';
    case 'kickoffUnknown':
      return 'kickoff outcome unknown, the crew may be running or not';
    case 'onHold':
      return run.sealedToken === null
        ? 'on hold, the API refuses the token: mend it at the worker'
        : 'on hold, the token that the run brought along is refused: give it a new one';
    case 'waitingForFeedback':
      return `waits for a person${toTask(run)}`;
    case 'polling':
      return `${statusWord(run)}${toTasks(run)}${toTask(run)}`;
    case 'collecting':
      return statusWord(run);
    case 'done':
      return toEnding(run);
  }
}

/** A run may end before its crew does: it is cancelled, its time is up, the crew is not found. */
function toEnding(run: RunState): string {
  switch (run.status) {
    case 'completed':
    case 'error':
    case 'cancelled':
      return `${run.status} after ${run.polls} ${run.polls === 1 ? 'poll' : 'polls'}`;
    case null:
    case 'pending':
    case 'running':
    case 'waiting':
    case 'notFound':
    case 'unknown':
      return `no longer watched; last ${statusWord(run)}`;
  }
}

function toNext(run: RunState): string | null {
  switch (run.phase) {
    case 'kickingOff':
      if (run.settings === null) return 'the input is checked';
      return run.kickoffNotBefore === null
        ? 'the API answers the kickoff'
        : `kickoff at ${toTime(run.kickoffNotBefore)}`;
    case 'kickoffUnknown': {
      const windowMs = run.settings?.adoptionWindowMs;
      if (run.kickoffUnknownSince === null || windowMs === undefined) return null;
      const until = Math.min(run.kickoffUnknownSince + windowMs, run.timeoutAt ?? Infinity);
      return `fails at ${toTime(until)} unless a person resolves it`;
    }
    case 'polling':
    case 'onHold':
    case 'waitingForFeedback':
      if (run.nextPollAt !== null) return `poll ${run.polls + 1} at ${toTime(run.nextPollAt)}`;
      return run.slow
        ? `poll ${run.polls + 1} is tried until the API answers; see Pending Activities`
        : `poll ${run.polls + 1} is under way`;
    case 'collecting':
      return 'the result is read';
    case 'done':
      return null;
  }
}

function toResolution(workflowId: string): [string, string][] {
  return [
    [
      'What to do',
      `look in AMP for a run whose \`meta.temporal.workflowId\` is ${code(workflowId)}`,
    ],
    ['It is there', code(`temporal-crewai adopt ${workflowId} KICKOFF_ID`)],
    ['It is not there', code(`temporal-crewai retry-kickoff ${workflowId}`)],
  ];
}

function statusWord(run: RunState): string {
  return run.status ?? 'not polled yet';
}

function toTasks({ completedTasks, totalTasks }: RunState): string {
  if (completedTasks === null && totalTasks === null) return '';
  return `, ${completedTasks ?? '?'} of ${totalTasks ?? '?'} tasks done`;
}

function toTask(run: RunState): string {
  return run.currentTask === null ? '' : `, now ${code(run.currentTask)}`;
}

/** What the API or a caller wrote, kept from acting as Markdown. */
function text(value: string): string {
  return value.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&');
}

function code(value: string): string {
  return `\`${value.replace(/\s+/g, ' ').replaceAll('`', "'")}\``;
}

/** `2026-11-25 02:01:55 UTC`: fewer characters than ISO 8601, and no less clear. */
function toTime(ms: number): string;
function toTime(ms: number | null): string | null;
function toTime(ms: number | null): string | null {
  if (ms === null) return null;
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

function cut(value: string): string {
  const characters = Array.from(value);
  if (characters.length <= LONGEST_IN_SUMMARY) return value;
  return `${characters.slice(0, LONGEST_IN_SUMMARY).join('')}…`;
}
