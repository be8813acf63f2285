import type { RunView } from './run-view.js';
import { canRedraw } from './shell.js';
import type { Shell } from './shell.js';
import { createLineDisplay } from './line-display.js';
import { createLiveDisplay } from './live-display.js';

/** Shows a run while it is followed. */
export interface Display {
  show(view: RunView): void;
  /** Ends the display; what was drawn last stays (`keep`) or makes room for the result. */
  close(options: { keep: boolean }): void;
}

/** Redrawn in place on a terminal, a line per change elsewhere. */
export function createDisplay(
  shell: Shell,
  toCommand: (words: string[]) => string,
  onCtrlC = 'Ctrl-C detaches; the run goes on.',
): Display {
  return canRedraw(shell)
    ? createLiveDisplay(shell, toCommand, onCtrlC)
    : createLineDisplay(shell, toCommand);
}
