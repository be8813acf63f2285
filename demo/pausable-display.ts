import type { Display } from '../src/starter/display.js';

export interface PausableDisplay extends Display {
  /** Leaves what was drawn last where it is, so that lines can be printed below. */
  pause(): void;
  /** Draws anew, below those lines. */
  resume(): void;
}

/** @param create makes a display that starts to draw where the cursor is */
export function createPausableDisplay(create: () => Display): PausableDisplay {
  let display: Display | null = create();
  const close = (options: { keep: boolean }): void => {
    display?.close(options);
    display = null;
  };
  return {
    show: (view) => display?.show(view),
    close,
    pause: () => {
      close({ keep: true });
    },
    resume: () => {
      display ??= create();
    },
  };
}
