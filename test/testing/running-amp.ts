import { afterEach } from 'vitest';
import {
  startSimulatedAmp,
  type SimulatedAmp,
  type SimulatedAmpOptions,
} from '../../src/testing/index.js';

const running: SimulatedAmp[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((amp) => amp.stop()));
});

/** A server that is stopped after the test. */
export async function start(options: SimulatedAmpOptions = {}): Promise<SimulatedAmp> {
  const amp = await startSimulatedAmp(options);
  running.push(amp);
  return amp;
}

/** A clock that stands still until it is told otherwise. */
export function createClock(startMs = Date.parse('2026-11-24T10:00:00.000Z')) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}
