import * as v from 'valibot';

/** An ephemeral key for each token, which wraps the key that encrypts it (RFC 7518, 4.6 and 5.3). */
export const ALGORITHM = 'ECDH-ES+A256KW';
export const ENCRYPTION = 'A256GCM';
export const CURVE = 'P-256';
/** What is sealed for another purpose with the same key is no bearer token. */
const TYPE = 'temporal-crewai-token';

/** The longest token that is sealed. Servers commonly refuse a header beyond 8 KB. */
export const LONGEST_TOKEN = 4_096;

/** Where a token is used: the run that opens it has to be this one. */
export interface TokenUse {
  crew: string;
  namespace: string;
  workflowId: string;
}

/** What a token is sealed for. */
export interface TokenPurpose extends Omit<TokenUse, 'workflowId'> {
  /** Null for any run of the crew, where the id cannot be known: a schedule makes it. */
  workflowId: string | null;
  /** Milliseconds since the epoch; kept in whole seconds. */
  expiresAt: number;
}

/**
 * The protected header: anybody can read it, and it cannot be changed, since it is authenticated
 * together with the token. All that it tells stands in a run's history anyway.
 */
export const Header = v.object({
  typ: v.literal(TYPE),
  kid: v.string(),
  crew: v.string(),
  namespace: v.string(),
  workflowId: v.nullable(v.string()),
  /** Seconds since the epoch, as in a JWT. */
  exp: v.pipe(v.number(), v.safeInteger()),
});
export type Header = v.InferOutput<typeof Header>;

export function toHeader(
  kid: string,
  { crew, namespace, workflowId, expiresAt }: TokenPurpose,
): Header {
  const exp = Math.floor(expiresAt / 1_000);
  return { typ: TYPE, kid, crew, namespace, workflowId, exp };
}
