/** Starts and stops the HTTP server. */
import { once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createApi } from './api.js';
import type { CrewKind, Dialect, DialectName } from './dialect.js';
import { documentedDialect } from './documented-dialect.js';
import { exampleCrew } from './example-crew.js';
import type { Faults } from './faults.js';
import { openLedger, type Ledger } from './ledger.js';
import { liveDialect } from './live-dialect.js';
import { checkScenario, type ScenarioChoice } from './scenario.js';

const DIALECT: Record<DialectName, Dialect> = { documented: documentedDialect, live: liveDialect };

/** Every option has a default. */
export interface SimulatedAmpOptions {
  /** How answers are spelt: as deployments do (`live`, the default), or as the OpenAPI file says. */
  dialect?: DialectName;
  /** The bearer token that is accepted. Default `simulated-token`. */
  token?: string;
  /** What each run does: the same for all, or chosen from a kickoff. Default: the example crew. */
  scenario?: ScenarioChoice;
  /** Names that `GET /inputs` lists. Default none. */
  requiredInputs?: string[];
  /** A `crew` (the default) refuses a kickoff without its inputs; a `flow` runs on its defaults. */
  kind?: CrewKind;
  faults?: Faults;
  /** Default 0: one that is free. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Keeps the runs: a server started on the same file knows them and goes on with their clocks. */
  ledgerFile?: string;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

export interface SimulatedAmp {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly ledger: Ledger;
  /** Set it to rotate the token: the old one is refused at once, also for runs under way. */
  token: string;
  /** Set it, or one operation's plan in it, to let requests go wrong from then on. */
  faults: Faults;
  /** Closes every connection, hanging ones too. Another server can then listen on the same port. */
  stop(): Promise<void>;
}

/**
 * Starts a server that answers as one deployed CrewAI crew does.
 *
 * @example
 * const amp = await startSimulatedAmp({ scenario: { polls: 10 } });
 * amp.faults.status = [null, { status: 503, headers: { 'retry-after': '1' } }];
 * // … point the code under test at amp.url and amp.token …
 * console.log(amp.ledger.kickoffs.length);
 * await amp.stop();
 *
 * @throws TypeError for a scenario that cannot be played.
 * @throws Error when the port is taken, or the ledger file is not a ledger.
 */
export async function startSimulatedAmp(options: SimulatedAmpOptions = {}): Promise<SimulatedAmp> {
  const { host = '127.0.0.1', scenario = exampleCrew() } = options;
  if (typeof scenario !== 'function') checkScenario(scenario);
  const ledger = openLedger(options.ledgerFile);
  const stopping = new AbortController();
  // Each answer that is delayed listens to it.
  setMaxListeners(0, stopping.signal);
  const current = { token: options.token ?? 'simulated-token', faults: options.faults ?? {} };
  const api = createApi({
    dialect: DIALECT[options.dialect ?? 'live'],
    kind: options.kind ?? 'crew',
    requiredInputs: options.requiredInputs ?? [],
    scenario,
    ledger,
    now: options.now ?? Date.now,
    current,
    signal: stopping.signal,
  });
  const server = createServer((request, response) => void api(request, response));
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    ledger.close();
    throw new Error(
      `The simulated AMP cannot listen on ${host}:${options.port}; choose another port.`,
      { cause: error },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('A server that listens on a host has a port.');
  }

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopping.abort();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    ledger.close();
    // A client in this process learns that its idle connections are gone in the next turn of the
    // event loop, and drops them in the one after (measured with fetch: 10 of 10 requests to another
    // server on this port failed after one turn, none after two).
    await nextTurn();
    await nextTurn();
  }
  return Object.assign(current, {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    ledger,
    stop: () => (stopped ??= stop()),
  });
}
