import type { ProtoFailure } from '@temporalio/common';
import { findUnreadablePayload } from '../payload-codec.js';
import type { TemporalClient } from './create-client.js';

/** What a failure says, whether its message stands readable or in a payload. */
export async function toFailureMessage(
  { client }: TemporalClient,
  failure: ProtoFailure | null | undefined,
): Promise<string> {
  const message = failure?.message ?? '';
  if (!failure?.encodedAttributes) return message;
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let payload = failure.encodedAttributes;
  try {
    for (const codec of payloadCodecs.toReversed())
      [payload = payload] = await codec.decode([payload]);
  } catch (error) {
    const reason = findUnreadablePayload(error);
    if (reason === null) throw error;
    return reason.message;
  }
  const attributes: unknown = payloadConverter.fromPayload(payload);
  if (typeof attributes !== 'object' || attributes === null) return message;
  return 'message' in attributes && typeof attributes.message === 'string'
    ? attributes.message
    : message;
}
