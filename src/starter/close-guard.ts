import type { ConnectionOptions } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

export interface CloseGuard {
  /** The last of the connection's interceptors. */
  interceptor: Interceptor;
  /** Called before the connection is closed: from then on no call is made. */
  close(): void;
}

const nothing = () => undefined;
/** A call that is not made, for nobody who waits. What is here is all that a retry does with it. */
const NO_CALL = { start: nothing, sendMessage: nothing, halfClose: nothing };

/**
 * Keeps a call that failed while Temporal was away from being tried again after the connection was
 * closed. The SDK's retries know of no end, and gRPC throws in their timer: the command, its work
 * done, would exit with 1 and a stack trace.
 */
export function createCloseGuard(): CloseGuard {
  let closed = false;
  return {
    interceptor: (options, nextCall) =>
      (closed ? NO_CALL : nextCall(options)) as ReturnType<Interceptor>,
    close: () => {
      closed = true;
    },
  };
}
