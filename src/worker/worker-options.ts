import { totalmem } from 'node:os';

/** Of a run that waits, after some thirty polls. A young one takes some 115 KB (`npm run bench`). */
const CACHED_RUN_BYTES = 200 * 1_024;
/** As many as one worker should have to itself. Young ones take some 1.1 GiB. */
const MOST_CACHED_RUNS = 10_000;

/**
 * How many runs may stay in memory: what half of it holds. One that does not stay is read back from
 * its whole history at each poll.
 */
export function toMaxCachedRuns(memoryBytes: number): number {
  return Math.min(MOST_CACHED_RUNS, Math.floor(memoryBytes / 2 / CACHED_RUN_BYTES));
}

/** What this process may use, in bytes: what its container has, where it has a limit. */
function readMemoryBytes(): number {
  return Math.min(process.constrainedMemory() || Infinity, totalmem());
}

/**
 * How much one worker does at once. A run waits on a timer or for an answer over HTTP nearly all of
 * its time, so the SDK's defaults, made for work that computes, would leave a worker idle.
 */
export const WORKER_OPTIONS = {
  // A run holds a slot while a fast read of its status is under way, at most a second. A few hundred
  // runs on an API that has become slow must leave slots for the others.
  maxConcurrentWorkflowTaskExecutions: 500,
  // A run makes one local activity at a time, within its workflow task: more would never be used.
  maxConcurrentLocalActivityExecutions: 500,
  // Kickoffs, and reads of slow or failing APIs: each is one open request, for up to a minute.
  maxConcurrentActivityTaskExecutions: 1_000,
  // Fetching tasks must not hold up what the slots above could do; the server sees a long poll each.
  maxConcurrentWorkflowTaskPolls: 20,
  maxConcurrentActivityTaskPolls: 20,
  maxCachedWorkflows: toMaxCachedRuns(readMemoryBytes()),
  // After a request to stop, reads have this long to end by themselves, then they are cancelled and
  // another worker does them. A kickoff is finished however long it takes, since one that is cut off
  // leaves its outcome unknown; so there is no shutdownForceTime.
  shutdownGraceTime: '10s',
} as const;
