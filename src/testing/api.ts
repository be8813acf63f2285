/** The operations of a deployed crew over HTTP, answered in one dialect from one ledger. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { send, sendFaulty, statusUnderFault, type Exchange } from './deliver.js';
import type { Answer, CrewKind, Dialect, RunView } from './dialect.js';
import {
  answeredUnderFault,
  isAccepted,
  isOnlyDelay,
  takeFault,
  type Faults,
  type KickoffFault,
  type StatusFault,
} from './faults.js';
import { parseKickoff, toProblems, type KickoffRequest } from './kickoff-request.js';
import type { Kickoff, LedgerBook, LedgerRequest } from './ledger.js';
import { progressAfter, progressAtPoll, progressInScript } from './progress.js';
import { resolveScenario, type ResolvedScenario, type ScenarioChoice } from './scenario.js';

export interface ApiOptions {
  dialect: Dialect;
  kind: CrewKind;
  requiredInputs: readonly string[];
  scenario: ScenarioChoice;
  ledger: LedgerBook;
  now: () => number;
  /** Read at each request: both may change while the server runs. */
  current: { readonly token: string; readonly faults: Faults };
  /** Aborted when the server stops. */
  signal: AbortSignal;
}

type AnyFault = KickoffFault | StatusFault;

/** @returns the request listener; it never rejects. */
export function createApi(options: ApiOptions) {
  const { dialect, kind, requiredInputs, ledger, now, current, signal } = options;
  const seen = { inputs: 0, kickoff: 0, status: 0 };

  const time = () => new Date(now()).toISOString();
  const wait = async (ms: number | undefined) => {
    if (ms !== undefined) await sleep(ms, undefined, { signal });
  };
  const isAuthorized = ({ headers }: IncomingMessage) =>
    headers.authorization === `Bearer ${current.token}`;

  /** Into the ledger, before it goes out. */
  function record(
    request: Pick<LedgerRequest, 'operation' | 'kickoffId' | 'step'>,
    answer: Answer,
    fault: AnyFault | null,
  ): void {
    ledger.append({
      type: 'request',
      at: time(),
      ...request,
      httpStatus: statusUnderFault(fault, answer.httpStatus),
      answered: answeredUnderFault(fault, answer.answered),
    });
  }

  async function deliver(exchange: Exchange, answer: Answer, fault: AnyFault | null) {
    if (fault === null) send(exchange, answer);
    else await sendFaulty(exchange, fault, answer);
  }

  async function inputs(exchange: Exchange): Promise<void> {
    const request = { operation: 'inputs', kickoffId: null } as const;
    const fault = takeFault(current.faults.inputs, { ...request, n: ++seen.inputs });
    await wait(fault?.delayMs);
    const answer = isAuthorized(exchange.request)
      ? { httpStatus: 200, answered: 'inputs', body: { inputs: requiredInputs } }
      : dialect.unauthorized();
    record({ ...request, step: null }, answer, fault);
    await deliver(exchange, answer, fault);
  }

  function refusalOf(exchange: Exchange, kickoff: KickoffRequest): Answer | null {
    if (!isAuthorized(exchange.request)) return dialect.unauthorized();
    if (kickoff.body === undefined) return dialect.notJson();
    const problems = toProblems(kickoff);
    if (problems.length > 0) return dialect.wrongFields(problems);
    if (kind === 'flow') return null; // Its inputs are state fields that have defaults.
    const missing = requiredInputs.filter((name) => !Object.hasOwn(kickoff.inputs ?? {}, name));
    return missing.length > 0 ? dialect.missingInputs(missing) : null;
  }

  function choose(kickoff: KickoffRequest, n: number): ResolvedScenario {
    const request = { inputs: kickoff.inputs ?? {}, meta: kickoff.meta, n };
    const { scenario } = options;
    const chosen = typeof scenario === 'function' ? scenario(request) : scenario;
    return resolveScenario(chosen, request.inputs);
  }

  async function kickoff(exchange: Exchange, body: string): Promise<void> {
    const operation = 'kickoff';
    const request = parseKickoff(body, exchange.request.headers);
    const { meta, restoreFromStateId, headers } = request;
    ledger.append({
      type: 'received',
      at: time(),
      inputs: request.inputs,
      meta,
      restoreFromStateId,
      headers,
    });
    const n = ledger.received.length;
    const planned = takeFault(current.faults.kickoff, {
      operation,
      n: ++seen.kickoff,
      kickoffId: null,
    });
    const refusal = refusalOf(exchange, request);
    const scenario = refusal === null ? choose(request, n) : null;
    const fault = planned ?? scenario?.kickoff?.fault ?? null;
    await wait(fault?.delayMs);

    const kickoffId = randomUUID();
    const accepted = scenario !== null && (fault === null || isAccepted(fault));
    if (accepted) {
      ledger.append({
        type: 'accepted',
        at: time(),
        kickoffId,
        inputs: request.inputs ?? {},
        meta,
        restoreFromStateId,
        headers,
        scenario,
      });
    }
    const answer = refusal ?? {
      httpStatus: 200,
      answered: 'accepted',
      body: { kickoff_id: kickoffId },
    };
    record({ operation, kickoffId: accepted ? kickoffId : null, step: null }, answer, fault);
    if (accepted) await wait(scenario.kickoff?.answerAfterMs);
    await deliver(exchange, answer, fault);
  }

  function progressOf(run: Kickoff, step: number) {
    const { scenario } = run;
    if (scenario.statuses) return progressInScript(scenario, scenario.statuses, step);
    const progress =
      scenario.polls === undefined
        ? progressAfter(scenario, now() - Date.parse(run.at))
        : progressAtPoll(scenario, scenario.polls, step);
    return { progress, fault: null };
  }

  function answerOf(view: RunView, fault: StatusFault | null): Answer {
    if (fault !== null && 'notFound' in fault) return dialect.notFound(view.kickoffId);
    return dialect.status(view, fault !== null && 'word' in fault ? fault.word : undefined);
  }

  async function status(exchange: Exchange, kickoffId: string): Promise<void> {
    const request = { operation: 'status', kickoffId } as const;
    const planned = takeFault(current.faults.status, { ...request, n: ++seen.status });
    await wait(planned?.delayMs);
    const run = ledger.kickoff(kickoffId);
    if (!isAuthorized(exchange.request) || run === undefined) {
      const authorized = isAuthorized(exchange.request);
      const refusal = authorized ? dialect.notFound(kickoffId) : dialect.unauthorized();
      record({ ...request, step: null }, refusal, planned);
      return deliver(exchange, refusal, planned);
    }
    // Only an answer of the run's own is a step of it.
    const isOwn = planned === null || isOnlyDelay(planned);
    const step = Math.max(1, ledger.stepsOf(kickoffId) + (isOwn ? 1 : 0));
    const scripted = progressOf(run, step);
    const { meta, scenario, at } = run;
    const view = {
      kickoffId,
      kind,
      meta,
      scenario,
      acceptedAtMs: Date.parse(at),
      progress: scripted.progress,
    };
    const fault = isOwn ? scripted.fault : planned;
    const answer = answerOf(view, fault);
    record({ ...request, step: isOwn ? step : null }, answer, fault);
    if (isOwn) await wait(scripted.fault?.delayMs);
    await deliver(exchange, answer, fault);
  }

  async function route(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    const body = await text(request);
    signal.throwIfAborted();
    const path = request.url?.split('?')[0] ?? '/';
    const route = `${request.method} ${path}`;
    if (route === 'GET /inputs') return inputs(exchange);
    if (route === 'POST /kickoff') return kickoff(exchange, body);
    const [, encodedId] = /^GET \/status\/([^/]+)$/.exec(route) ?? [];
    if (encodedId !== undefined) return status(exchange, decode(encodedId));
    const answer = dialect.noSuchRoute();
    record({ operation: 'other', kickoffId: null, step: null }, answer, null);
    send(exchange, answer);
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await route({ request, response, signal });
    } catch (error) {
      // The server stops, or the caller has gone: there is nobody to answer.
      if (signal.aborted || request.socket.destroyed || response.headersSent) return;
      const reason = error instanceof Error ? error.message : String(error);
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`The simulated AMP could not answer: ${reason}\n`);
    }
  };
}

function decode(encodedId: string): string {
  try {
    return decodeURIComponent(encodedId);
  } catch {
    return encodedId; // Not percent-encoding: then it is an id that nobody has.
  }
}
