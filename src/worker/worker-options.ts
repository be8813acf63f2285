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
  // Runs that wait stay in memory: one that does not would be read back from its whole history at
  // each poll. A young one takes 230 to 270 KB (`npm run bench`), so this many need about 1 GiB; it
  // takes more with each poll.
  maxCachedWorkflows: 4_000,
  // After a request to stop, reads have this long to end by themselves, then they are cancelled and
  // another worker does them. A kickoff is finished however long it takes, since one that is cut off
  // leaves its outcome unknown; so there is no shutdownForceTime.
  shutdownGraceTime: '10s',
} as const;
