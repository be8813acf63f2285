import type { RunView } from './run-view.js';
import { toSafeLine } from './safe-text.js';
import { toSituation, toTaskCount, toTroubles } from './situation.js';

/** A run on one line, without anything that changes by time alone: printed when it differs. */
export function toStatusLine(view: RunView): string {
  const count = view.progress === null ? null : toTaskCount(view.progress);
  const situation = [toSituation(view).words, count].filter(Boolean).join(' ');
  const task = view.progress?.currentTask ? toSafeLine(view.progress.currentTask) : null;
  return [situation, task, ...toTroubles(view)].filter(Boolean).join(' · ');
}
