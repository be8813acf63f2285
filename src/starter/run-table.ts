import stringWidth from 'string-width';
import type { ListedRun } from './list-runs.js';
import { toSafeLine } from './safe-text.js';
import { toShortDuration } from './short-duration.js';

const HEADER = ['STARTED', 'RUN', 'CREW', 'WORKFLOW ID', 'KICKOFF ID'];

/**
 * Runs as a table, or one below the other where the table is wider than the terminal. Ids stay
 * whole: they are there to be copied.
 */
export function toRunTable(runs: ListedRun[], now: number, columns: number): string {
  const rows = [HEADER, ...runs.map((run) => toCells(run, now))];
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((cells) => stringWidth(cells[column] ?? ''))),
  );
  const width = widths.reduce((sum, cellWidth) => sum + cellWidth + 2, -2);
  const lines =
    width <= columns
      ? rows.map((cells) => cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  '))
      : rows.slice(1).map(([started, status, crew, workflowId, kickoffId]) => {
          const facts = `  ${status} · ${crew} · ${started}`;
          return [workflowId, facts, ...(kickoffId === '-' ? [] : [`  ${kickoffId}`])].join('\n');
        });
  return lines.map((line) => line.trimEnd()).join('\n');
}

function toCells(run: ListedRun, now: number): string[] {
  // A run that ended before its crew's first answer leaves the status it was started with.
  const unheard = run.crewStatus === 'pending' && run.closedAt !== null;
  const parts = unheard ? [run.crew] : [run.crew, run.crewStatus];
  const crew = parts.filter((part) => part !== null).join(' ');
  return [
    `${toShortDuration(now - Date.parse(run.startedAt))} ago`,
    run.status,
    toSafeLine(crew) || '-',
    toSafeLine(run.workflowId),
    run.kickoffId === null ? '-' : toSafeLine(run.kickoffId),
  ];
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
