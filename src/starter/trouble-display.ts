import type { Display } from './display.js';
import { say } from './shell.js';
import type { Shell } from './shell.js';
import { toGuidance, toSituation, toTroubles } from './situation.js';

/** Says only what keeps a run from going on, each thing once. */
export function createTroubleDisplay(
  shell: Shell,
  toCommand: (words: string[]) => string,
): Display {
  let last = '';
  return {
    show(view) {
      const { tone, words } = toSituation(view);
      const lines = [
        ...(tone === 'attention' ? [words] : []),
        ...toTroubles(view),
        ...toGuidance(view, toCommand),
      ].join('\n');
      if (lines !== '' && lines !== last) say(shell, lines);
      last = lines;
    },
    close() {
      // Lines stay where they are.
    },
  };
}
