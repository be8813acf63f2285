import { isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError, WorkflowNotFoundError } from '@temporalio/common';
import { findUnreadablePayload } from '../payload-codec.js';
import type { TemporalClient } from './create-client.js';
import { EXIT } from './exit-codes.js';
import { createUsageError, StarterError } from './starter-error.js';

/** gRPC's status codes by their own names (https://grpc.io/docs/guides/status-codes/). */
const GRPC = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

const PASSING = new Set<number>([
  GRPC.cancelled,
  GRPC.unknown,
  GRPC.deadlineExceeded,
  GRPC.resourceExhausted,
  GRPC.aborted,
  // What gRPC takes a 404 for, with which a gateway answers while there is no server behind it.
  GRPC.unimplemented,
  GRPC.internal,
  GRPC.unavailable,
  GRPC.dataLoss,
]);

/** The gRPC error inside of what Temporal's client threw. */
function toGrpcError(error: unknown): { code: number; details: string } | null {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (isGrpcServiceError(inner)) return inner;
  }
  return null;
}

/** Whether the server is away, overloaded or restarting: worth trying again as it is. */
export function isPassing(error: unknown): boolean {
  const grpcError = toGrpcError(error);
  return grpcError !== null && PASSING.has(grpcError.code);
}

/** Whether a query failed because no worker took it, rather than by what a worker answered. */
export function isWorkerSilent(error: unknown): boolean {
  const grpcError = toGrpcError(error);
  if (grpcError === null) return false;
  // "no poller seen for task queue recently, worker may be down"
  const noPoller = grpcError.code === GRPC.failedPrecondition && /poller/.test(grpcError.details);
  return noPoller || PASSING.has(grpcError.code);
}

/** The server's own words. */
export function toReason(error: unknown): string {
  return toGrpcError(error)?.details ?? (error instanceof Error ? error.message : String(error));
}

/** What the user is told of an error of Temporal's client; any other error stays as it is. */
export function toStarterError(error: unknown, temporal: TemporalClient): unknown {
  const { address, namespace } = temporal;
  const unreadable = findUnreadablePayload(error);
  if (unreadable !== null) {
    return new StarterError(
      EXIT.unreachable,
      `${unreadable.message}. The run itself goes its way.`,
      { cause: error },
    );
  }
  if (error instanceof NamespaceNotFoundError) {
    return createUsageError(
      [
        `Temporal at ${address} has no namespace "${namespace}". Give another one with --namespace, ` +
          `or create it: temporal operator namespace create --namespace ${namespace}`,
      ],
      { cause: error },
    );
  }
  if (error instanceof WorkflowNotFoundError) {
    return createUsageError(
      [
        `Temporal at ${address} knows no run "${error.workflowId}" in namespace "${namespace}". ` +
          'The command "list" shows the runs that are there.',
      ],
      { cause: error },
    );
  }
  const grpcError = toGrpcError(error);
  if (grpcError?.code === GRPC.permissionDenied || grpcError?.code === GRPC.unauthenticated) {
    return new StarterError(
      EXIT.unreachable,
      `Temporal at ${address} does not let you into namespace "${namespace}": ` +
        `${grpcError.details}. Check TEMPORAL_API_KEY or the TLS settings.`,
      { cause: error },
    );
  }
  if (isPassing(error)) {
    return new StarterError(
      EXIT.unreachable,
      `Temporal cannot be reached at ${address}: ${toPlainProblem(temporal.lastProblem(), error)}. ` +
        'Start a server there (for development: temporal server start-dev), or say where it is ' +
        'with --address or TEMPORAL_ADDRESS.',
      { cause: error },
    );
  }
  if (grpcError?.code === GRPC.invalidArgument) {
    return createUsageError([`Temporal refuses the request: ${grpcError.details}`], {
      cause: error,
    });
  }
  return error;
}

/** Takes gRPC's wrapping off: "No connection established. Last error: connect ECONNREFUSED …". */
function toPlainProblem(problem: string | null, error: unknown): string {
  const text = problem ?? toReason(error);
  const [, lastError = text] = /Last error: (.*?)\.?(?: Resolution note|$)/s.exec(text) ?? [];
  return lastError.replace(/^Error: /, '').replace(/\.+$/, '');
}
