import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { RunState } from './run-state.js';
import { toIsoTime } from './run-state.js';

/** Sets what the Web UI shows as the run's current details. Costs no history. */
export function showDetails(run: RunState): void {
  setCurrentDetails(toDetails(run, workflowInfo().workflowId));
}

/** A few lines of Markdown: a list and not a table, which the Web UI sets without spacing. */
export function toDetails(run: RunState, workflowId: string): string {
  const crew = run.settings?.crew;
  return [
    `- **Crew** ${crew === undefined ? 'not checked yet' : code(crew)}: ${toSituation(run)}`,
    `- **kickoffId** ${run.kickoffId === null ? 'not known yet' : code(run.kickoffId)}`,
    ...toNext(run),
    ...(run.lastError === null ? [] : [`- **Last error** ${text(run.lastError)}`]),
    ...(run.phase === 'kickoffUnknown' ? toResolution(workflowId) : []),
  ].join('\n');
}

/** One line for the timeline: how many polls, and what the last one said. */
export function toPollSummary(run: RunState): string {
  if (run.polls === 0) return 'before the first poll';
  return `poll ${run.polls} · ${[statusWord(run), toTasks(run)].filter(Boolean).join(' ')}`;
}

function toSituation(run: RunState): string {
  switch (run.phase) {
    case 'kickingOff':
      return run.kickoffsNotActedOn > 0
        ? `kickoff not acted on ${run.kickoffsNotActedOn} times, nothing started yet`
        : 'kicking off';
    case 'kickoffUnknown':
      return '**nobody knows whether the kickoff was acted on**';
    case 'onHold':
      return '**on hold: the API refuses the token**; mend the token at the worker';
    case 'waitingForFeedback':
      return `waits for a person${toTask(run)}`;
    case 'polling':
      return `${[statusWord(run), toTasks(run)].filter(Boolean).join(' ')}${toTask(run)}`;
    case 'collecting':
      return `${statusWord(run)}, reading the result`;
    case 'done':
      return statusWord(run);
  }
}

function toNext(run: RunState): string[] {
  const timeout = toIsoTime(run.timeoutAt);
  const until = timeout === null ? '' : `, at the latest until ${timeout}`;
  switch (run.phase) {
    case 'kickingOff': {
      const at = toIsoTime(run.kickoffNotBefore);
      return at === null ? [] : [`- **Next** kickoff at ${at}${until}`];
    }
    case 'kickoffUnknown': {
      const since = toIsoTime(run.kickoffUnknownSince);
      const windowMs = run.settings?.adoptionWindowMs;
      if (since === null || windowMs === undefined || run.kickoffUnknownSince === null) return [];
      return [
        `- **Next** fails at ${String(toIsoTime(run.kickoffUnknownSince + windowMs))} unless it is resolved`,
      ];
    }
    case 'polling':
    case 'onHold':
    case 'waitingForFeedback': {
      const at = toIsoTime(run.nextPollAt);
      const next = at === null ? 'poll under way' : `poll ${run.polls + 1} at ${at}`;
      return [`- **Next** ${next}${until}`];
    }
    case 'collecting':
    case 'done':
      return [];
  }
}

function toResolution(workflowId: string): string[] {
  return [
    `- **What to do** look in AMP for a run whose \`meta.temporal.workflowId\` is ${code(workflowId)}`,
    `- If there is one: \`temporal-crewai adopt ${workflowId} KICKOFF_ID\` (update \`adoptKickoff\`)`,
    `- If there is none: \`temporal-crewai retry-kickoff ${workflowId}\` (update \`retryKickoff\`)`,
  ];
}

function statusWord(run: RunState): string {
  return run.status ?? 'not polled yet';
}

function toTasks(run: RunState): string {
  if (run.completedTasks === null && run.totalTasks === null) return '';
  return `${run.completedTasks ?? '?'}/${run.totalTasks ?? '?'}`;
}

function toTask(run: RunState): string {
  return run.currentTask === null ? '' : `, at ${code(run.currentTask)}`;
}

/** What the API or a caller wrote, kept from acting as Markdown. */
function text(value: string): string {
  return value.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&');
}

function code(value: string): string {
  return `\`${value.replace(/\s+/g, ' ').replaceAll('`', "'")}\``;
}
