/** A body that says nothing of a run, in no dialect. */
export class NotAStatusError extends Error {
  override readonly name = 'NotAStatusError';
}
