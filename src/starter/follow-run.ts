import { setTimeout as delay } from 'node:timers/promises';
import type { TemporalClient } from './create-client.js';
import type { Display } from './display.js';
import type { FoundRun } from './find-run.js';
import { observeRun } from './observe-run.js';
import { awaitRunEnd } from './run-end.js';
import type { RunEnd } from './run-end.js';
import { createRunView } from './run-view.js';
import { isPassing } from './temporal-errors.js';

/** As often as a person notices a change; each look is two small reads. */
const OBSERVE_INTERVAL_MS = 1_000;
/** Between two attempts to wait for the end while the server is away. */
const RECONNECT_INTERVAL_MS = 1_000;

/** Waits for the end of a run and shows how far it is. A server that goes away is waited for. */
export async function followRun(
  temporal: TemporalClient,
  run: FoundRun,
  display: Display,
): Promise<RunEnd> {
  const over = new AbortController();
  const end = awaitEndPatiently(temporal, run, over.signal).finally(() => over.abort());
  let view = createRunView(run);
  const observe = async (): Promise<void> => {
    while (!over.signal.aborted) {
      view = await observeRun(temporal, view);
      if (over.signal.aborted) return;
      display.show(view);
      await delay(OBSERVE_INTERVAL_MS, undefined, { signal: over.signal }).catch(ignoreAbort);
    }
  };
  try {
    display.show(view);
    // A look that is under way when the run ends is not waited for.
    await Promise.race([end, observe()]);
    return await end;
  } finally {
    over.abort();
    display.close({ keep: false });
  }
}

async function awaitEndPatiently(
  temporal: TemporalClient,
  run: FoundRun,
  over: AbortSignal,
): Promise<RunEnd> {
  for (;;) {
    try {
      return await awaitRunEnd(temporal, run);
    } catch (error) {
      if (over.aborted || !isPassing(error)) throw error;
      await delay(RECONNECT_INTERVAL_MS);
    }
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
