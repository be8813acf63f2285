/** One line for whatever was thrown, also for errors whose message is empty or a line of OpenSSL's log. */
export function describeFailure(error: unknown): string {
  // Every address of a host was tried.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(describeFailure).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  if ('library' in error && 'reason' in error) return `TLS: ${String(error.reason)}`;
  return error.message === '' ? error.name : error.message;
}
