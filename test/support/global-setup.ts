import type { TestProject } from 'vitest/node';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** host:port of the Temporal server that all test files share. */
    temporalAddress: string;
  }
}

/** One real Temporal server for all test files; each file has its own task queue. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporalDevServer({
    searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
    // Timers under a second take about one otherwise.
    dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
  });
  project.provide('temporalAddress', server.address);
  return () => server.stop();
}
