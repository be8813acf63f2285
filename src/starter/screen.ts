import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Paint } from './paint.js';
import type { RunView } from './run-view.js';
import { toSafeLine } from './safe-text.js';
import { toShortDuration } from './short-duration.js';
import { toSituation, toTaskCount, toTroubles } from './situation.js';

export interface ScreenContext {
  now: number;
  columns: number;
  paint: Paint;
}

/** Labels stand in a column of this width. */
export const LABEL_WIDTH = 11;
const MAX_BAR_WIDTH = 24;
/** A shorter bar shows less than its numbers. */
const MIN_BAR_WIDTH = 6;
/** An error of the API can be a page of HTML; its start says enough. */
const MAX_ERROR_LINES = 3;

/** How a run stands, in lines that fit the terminal: what `run` and `watch` redraw. */
export function toScreen(view: RunView, context: ScreenContext): string[] {
  const { now, columns, paint } = context;
  const { progress } = view;
  const row = (label: string, text: string, maxLines = 1): string[] =>
    fit(text, columns - LABEL_WIDTH, maxLines).map(
      (line, index) => paint.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH)) + line,
    );
  const lines = toHeadline(view, context);
  if (progress?.currentTask) lines.push(...row('task', toSafeLine(progress.currentTask)));
  lines.push(...row('waited', toWaited(view, now)));
  if (progress !== null) {
    const next = toNextPoll(progress.nextPollAt, now);
    if (next !== null) lines.push(...row('next poll', `${next}${toPolls(progress.polls)}`));
    if (progress.kickoffId !== null) lines.push(...row('kickoff', toSafeLine(progress.kickoffId)));
  }
  for (const trouble of toTroubles(view)) {
    lines.push(...row('trouble', trouble, MAX_ERROR_LINES).map(paint.yellow));
  }
  return lines;
}

function toHeadline(view: RunView, { columns, paint }: ScreenContext): string[] {
  const { tone, words } = toSituation(view);
  const color = tone === 'attention' ? paint.yellow : paint.cyan;
  const count = view.progress === null ? null : toTaskCount(view.progress);
  const text = `● ${words}`;
  if (count === null) return fit(text, columns, 2).map((line) => paint.bold(color(line)));
  const room = columns - stringWidth(text) - count.length - 4;
  const bar = toBar(view.progress?.completedTasks, view.progress?.totalTasks, room);
  return [[paint.bold(color(text)), ...(bar === null ? [] : [color(bar)]), count].join('  ')];
}

function toBar(
  completed: number | null | undefined,
  total: number | null | undefined,
  room: number,
): string | null {
  const width = Math.min(room, MAX_BAR_WIDTH);
  if (completed == null || total == null || total <= 0 || width < MIN_BAR_WIDTH) return null;
  const filled = Math.round(Math.min(1, Math.max(0, completed / total)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function toWaited({ startedAt, progress }: RunView, now: number): string {
  const waited = toShortDuration(now - startedAt.getTime());
  if (!progress?.timeoutAt) return waited;
  const timeoutMs = Date.parse(progress.timeoutAt) - startedAt.getTime();
  return `${waited} of at most ${toShortDuration(timeoutMs)}`;
}

function toNextPoll(nextPollAt: string | null, now: number): string | null {
  if (nextPollAt === null) return null;
  const inMs = Date.parse(nextPollAt) - now;
  return inMs < 1_000 ? 'now' : `in ${toShortDuration(inMs)}`;
}

function toPolls(polls: number): string {
  if (polls === 0) return '';
  return `, after ${polls === 1 ? '1 poll' : `${polls} polls`}`;
}

/** Wraps a text, and cuts it after so many lines. */
function fit(text: string, columns: number, maxLines: number): string[] {
  const lines = wrapAnsi(text, Math.max(1, columns), { hard: true }).split('\n');
  if (lines.length <= maxLines) return lines;
  const kept = lines.slice(0, maxLines);
  let last = kept.pop() ?? '';
  while (last !== '' && stringWidth(last) >= columns) last = last.slice(0, -1);
  return [...kept, `${last.trimEnd()}…`];
}

/** Breaks prose between words. A command, indented, stays whole: the terminal breaks it, and it can be copied. */
export function wrapProse(lines: string[], columns: number): string[] {
  return lines.flatMap((line) =>
    line.startsWith(' ') ? [line] : wrapAnsi(line, columns).split('\n'),
  );
}
