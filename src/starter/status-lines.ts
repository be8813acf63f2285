import type { Paint } from './paint.js';
import type { RunStatus } from './read-run-status.js';
import type { RunEnd } from './run-end.js';
import { toSafeLine, toSafeText } from './safe-text.js';
import { LABEL_WIDTH, toScreen, wrapProse } from './screen.js';
import { toShortDuration } from './short-duration.js';
import { toGuidance } from './situation.js';

/** How a run stands, for people: its screen while it is under way, its end afterwards. */
export function toStatusLines(
  { run, view, end }: RunStatus,
  context: { columns: number; paint: Paint; toCommand: (words: string[]) => string },
): string[] {
  const { columns, paint, toCommand } = context;
  const now = Date.now();
  if (view !== null) {
    const guidance = wrapProse(toGuidance(view, toCommand), columns);
    return [
      ...toScreen(view, { now, columns, paint }),
      ...(guidance.length > 0 ? ['', ...guidance] : []),
    ];
  }
  if (end === null || run.closedAt === null) return [];
  const took = toShortDuration(run.closedAt.getTime() - run.startedAt.getTime());
  const ago = toShortDuration(now - run.closedAt.getTime());
  const { mark, ...ending } = toEnding(end, paint);
  const kickoffId = ending.kickoffId ?? run.kickoffId;
  return [
    mark,
    `${paint.dim('ended'.padEnd(LABEL_WIDTH))}${ago} ago, after ${took}`,
    ...(kickoffId === null
      ? []
      : [paint.dim('kickoff'.padEnd(LABEL_WIDTH)) + toSafeLine(kickoffId)]),
    ...(end.ended === 'returned' && end.output.status === 'completed'
      ? [paint.dim('output'.padEnd(LABEL_WIDTH)) + toCommand(['result', run.workflowId])]
      : []),
  ];
}

function toEnding(end: RunEnd, paint: Paint): { mark: string; kickoffId: string | null } {
  if (end.ended === 'failed') {
    const { message, kickoffId } = end.failure;
    return { mark: paint.red(`✘ ${toSafeText(message)}`), kickoffId };
  }
  const { status, error, kickoffId } = end.output;
  const mark =
    status === 'completed'
      ? paint.green('✔ completed')
      : paint.red(`✘ the crew ended in error: ${toSafeText(error ?? 'it gave no reason')}`);
  return { mark, kickoffId };
}
