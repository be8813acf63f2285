import { DEEPEST_JSON, isDeeperThan } from '../amp/index.js';

/**
 * Temporal takes 2 MB (2,097,152 bytes) in one payload. The request of the kickoff and continue-as-new
 * hold the input and beside it what the run knows: ids, words and a sealed token, less than 100 KB.
 */
const LARGEST_INPUT_BYTES = 1_900_000;

/**
 * A failure over 2 MB can be reported to nobody, and its message counts three times: in the stack
 * trace and in the details as well. Names of fields are anybody's.
 */
const MOST_MISTAKES = 50;
const LONGEST_MISTAKE = 500;

/** What makes an input too much to be carried, or null. */
export function findExcess(input: unknown): string | null {
  if (isDeeperThan(input, DEEPEST_JSON)) {
    return `the input is nested more than ${DEEPEST_JSON} levels deep`;
  }
  const bytes = Buffer.byteLength(JSON.stringify(input) ?? '');
  if (bytes <= LARGEST_INPUT_BYTES) return null;
  return (
    `the input has ${bytes} bytes as JSON, and a run takes ${LARGEST_INPUT_BYTES}: ` +
    'give the crew a reference to what is large'
  );
}

/** As many as a person mends at once, each of a length that can be read. */
export function cutMistakes(mistakes: readonly string[]): string[] {
  const first = mistakes
    .slice(0, MOST_MISTAKES)
    .map((mistake) => (mistake.length > LONGEST_MISTAKE ? cut(mistake) : mistake));
  const more = mistakes.length - first.length;
  return more === 0 ? first : [...first, `and ${more} more mistakes`];
}

/** The end says what is wrong; what is in front of it may be a name without end. */
function cut(mistake: string): string {
  const half = LONGEST_MISTAKE / 2;
  return `${mistake.slice(0, half)}…${mistake.slice(-half)}`;
}
