import type { CrewRunStatus } from './crew-run-status.js';

/**
 * The words that the API uses for each status: the documented enum, the states seen live, Celery's
 * names, and the synonyms that CrewAI's own client advice lists. Lower case, single spaces.
 */
const STATUS_WORDS = {
  pending: ['pending'],
  running: ['running', 'started', 'retry'],
  waiting: ['paused', 'pending human input', 'awaiting human feedback'],
  completed: ['success', 'succeeded', 'completed', 'complete'],
  error: ['failed', 'failure', 'error'],
  cancelled: ['revoked', 'stopped', 'cancelled', 'canceled'],
  notFound: ['not found'],
} as const satisfies Record<Exclude<CrewRunStatus['status'], 'unknown'>, readonly string[]>;

type KnownStatus = keyof typeof STATUS_WORDS;

const STATUS_OF_WORD = new Map<string, KnownStatus>(
  (Object.keys(STATUS_WORDS) as KnownStatus[]).flatMap((status) =>
    STATUS_WORDS[status].map((word): [string, KnownStatus] => [word, status]),
  ),
);

/** Reads a word without regard to case, surrounding space, and space or underscore between words. */
export function parseStatusWord(word: string): CrewRunStatus['status'] {
  const normalized = word
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');
  return STATUS_OF_WORD.get(normalized) ?? 'unknown';
}
