import { createLogUpdate } from 'log-update';
import type { Display } from './display.js';
import type { RunView } from './run-view.js';
import { toScreen, wrapProse } from './screen.js';
import { columnsOf, paintOf, say } from './shell.js';
import type { Shell } from './shell.js';
import { toGuidance } from './situation.js';

/** Times on the screen count in seconds. */
const REDRAW_INTERVAL_MS = 1_000;

/**
 * Draws the run in place. Between two looks at the run, the times on it go on.
 *
 * @param onCtrlC what Ctrl-C does, in words
 */
export function createLiveDisplay(
  shell: Shell,
  toCommand: (words: string[]) => string,
  onCtrlC: string,
): Display {
  const redraw = createLogUpdate(shell.stderr);
  const paint = paintOf(shell.stderr, shell);
  let current: RunView | null = null;
  let lastGuidance = '';
  const draw = (): void => {
    if (current === null) return;
    const columns = columnsOf(shell.stderr);
    const lines = toScreen(current, { now: Date.now(), columns, paint });
    redraw([...lines, '', paint.dim(onCtrlC)].join('\n'));
  };
  const clock = setInterval(draw, REDRAW_INTERVAL_MS);
  return {
    show(view) {
      const prose = wrapProse(toGuidance(view, toCommand), columnsOf(shell.stderr));
      const guidance = prose.join('\n');
      if (guidance !== '' && guidance !== lastGuidance) {
        // Above what is redrawn, so that the terminal breaks the lines and commands can be copied.
        redraw.clear();
        say(shell, `${guidance}\n`);
      }
      lastGuidance = guidance;
      current = view;
      draw();
    },
    close({ keep }) {
      clearInterval(clock);
      current = null;
      if (!keep) redraw.clear();
      redraw.done();
    },
  };
}
