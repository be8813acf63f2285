import type { Display } from './display.js';
import { say } from './shell.js';
import type { Shell } from './shell.js';
import { toShortDuration } from './short-duration.js';
import { toGuidance } from './situation.js';
import { toStatusLine } from './status-line.js';

/** Prints a line whenever something about the run has changed: for logs and pipes. */
export function createLineDisplay(shell: Shell, toCommand: (words: string[]) => string): Display {
  let lastLine = '';
  let lastGuidance = '';
  return {
    show(view) {
      const line = toStatusLine(view);
      const guidance = toGuidance(view, toCommand).join('\n');
      const waited = toShortDuration(Date.now() - view.startedAt.getTime());
      if (line !== lastLine) say(shell, `[${waited}] ${line}`);
      if (guidance !== '' && guidance !== lastGuidance) say(shell, guidance);
      lastLine = line;
      lastGuidance = guidance;
    },
    close() {
      // Lines stay where they are.
    },
  };
}
