/** Names of the errors below; as `type` of an ApplicationFailure: the activity was not started. */
export const UNREADABLE_TYPES: readonly (string | null | undefined)[] = [
  'PayloadKeyMissingError',
  'PayloadDamagedError',
];

/** A payload is encrypted with a key that this process does not have: it heals once it has it. */
export class PayloadKeyMissingError extends Error {
  override name = 'PayloadKeyMissingError';

  /** @param keyId null where the payload names none */
  constructor(
    readonly keyId: string | null,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The key is there, but what it opens is not what was encrypted. */
export class PayloadDamagedError extends Error {
  override name = 'PayloadDamagedError';

  constructor(
    readonly keyId: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Why a payload cannot be read. No message holds a key, or anything of the payload. */
export type UnreadablePayload = PayloadKeyMissingError | PayloadDamagedError;

/** The reason inside of what Temporal's client or worker threw, where it is one of these. */
export function findUnreadablePayload(error: unknown): UnreadablePayload | null {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof PayloadKeyMissingError || inner instanceof PayloadDamagedError) {
      return inner;
    }
  }
  return null;
}
