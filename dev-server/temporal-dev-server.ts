import { Connection } from '@temporalio/client';
import { startChild, type Child } from './child-process.js';
import { findTemporalCli } from './find-temporal-cli.js';
import { findFreePorts } from './free-ports.js';

export interface TemporalDevServerOptions {
  /** SQLite file that the state is kept in. Without one the state is gone with the server. */
  dbFile?: string;
  /** Preferred port; another is taken when it is not free. Default: any. */
  port?: number;
  /** Preferred port of the Web UI. Default: any. */
  uiPort?: number;
  /** Without the Web UI. Default: true, unless `uiPort` is given. */
  headless?: boolean;
  searchAttributes?: Readonly<Record<string, 'Keyword'>>;
  /** Values are JSON: `{ 'history.timerProcessorMaxTimeShift': '"1ms"' }`. */
  dynamicConfig?: Readonly<Record<string, string>>;
  /** What the server says is appended to this file. */
  logFile?: string;
  /** Default `warn`: warnings and errors. */
  logLevel?: 'debug' | 'warn';
}

export interface TemporalServer {
  /** host:port of its gRPC API. */
  readonly address: string;
  readonly namespace: string;
  /** Undefined when there is no Web UI, or nobody knows where. */
  readonly uiUrl: string | undefined;
  /** Stops it, if it was started here. Resolves when its process is gone. */
  stop(): Promise<void>;
}

export interface TemporalDevServer extends TemporalServer {
  /** Of the process that runs now: `restart` changes it. */
  readonly pid: number;
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, stopped first if it still runs: same ports, same state where there is a `dbFile`. */
  restart(): Promise<void>;
}

const NAMESPACE = 'default';
const HOST = '127.0.0.1';

/**
 * Starts a Temporal server of its own and waits until it serves. It ends with this process.
 * Rejects with the server's own output when it does not come up.
 */
export async function startTemporalDevServer(
  options: TemporalDevServerOptions = {},
): Promise<TemporalDevServer> {
  const cli = await findTemporalCli();
  const headless = options.headless ?? options.uiPort === undefined;
  const { ports, child } = await startOnFreePorts(cli, headless, options);
  let running: Child = child;
  return {
    address: `${HOST}:${String(ports.port)}`,
    namespace: NAMESPACE,
    uiUrl: headless ? undefined : `http://${HOST}:${String(ports.uiPort)}`,
    get pid() {
      return running.pid;
    },
    stop: async () => {
      await running.stop();
    },
    kill: async () => {
      await running.kill();
    },
    restart: async () => {
      await running.stop();
      running = await startOn(ports, cli, headless, options);
    },
  };
}

interface Ports {
  port: number;
  uiPort: number;
  httpPort: number;
  metricsPort: number;
}

async function startOnFreePorts(
  cli: string,
  headless: boolean,
  options: TemporalDevServerOptions,
): Promise<{ ports: Ports; child: Child }> {
  for (let attempt = 1; ; attempt += 1) {
    const preferred = [options.port, headless ? undefined : options.uiPort, undefined, undefined];
    const [port = 0, uiPort = 0, httpPort = 0, metricsPort = 0] = await findFreePorts(preferred);
    const ports = { port, uiPort, httpPort, metricsPort };
    try {
      return { ports, child: await startOn(ports, cli, headless, options) };
    } catch (error) {
      // Somebody else was quicker with one of the ports; thrice in a row it is something else.
      if (attempt === 3 || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function startOn(
  { port, uiPort, httpPort, metricsPort }: Ports,
  cli: string,
  headless: boolean,
  {
    dbFile,
    searchAttributes = {},
    dynamicConfig = {},
    logFile,
    logLevel = 'warn',
  }: TemporalDevServerOptions,
): Promise<Child> {
  const args = ['server', 'start-dev', '--log-level', logLevel, '--ip', HOST]
    .concat('--port', String(port), '--http-port', String(httpPort))
    .concat('--metrics-port', String(metricsPort))
    .concat(headless ? '--headless' : ['--ui-port', String(uiPort)])
    .concat(dbFile === undefined ? [] : ['--db-filename', dbFile]);
  for (const [name, type] of Object.entries(searchAttributes)) {
    args.push('--search-attribute', `${name}=${type}`);
  }
  for (const [key, value] of Object.entries(dynamicConfig)) {
    args.push('--dynamic-config-value', `${key}=${value}`);
  }
  const child = await startChild(cli, args, logFile === undefined ? {} : { logFile });
  const waiting = new AbortController();
  const exitedEarly = child.exited.then(() => {
    throw new Error('it has exited');
  });
  try {
    const address = `${HOST}:${String(port)}`;
    const names = Object.keys(searchAttributes);
    await Promise.race([untilItServes(address, names, waiting.signal), exitedEarly]);
  } catch (cause) {
    await child.kill();
    const output = child.stderr.join('\n');
    throw new Error(`The Temporal server did not start: ${cli} ${args.join(' ')}\n${output}`, {
      cause,
    });
  } finally {
    waiting.abort();
  }
  return child;
}

/** Resolves when the namespace and the search attributes are there: the port is open before they are. */
async function untilItServes(
  address: string,
  searchAttributes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // About a second on an idle machine; a busy one with two cores gets a minute.
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await checkServes(address, searchAttributes);
      return;
    } catch (error) {
      if (signal.aborted || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function checkServes(address: string, searchAttributes: readonly string[]): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: NAMESPACE,
    });
    const missing = searchAttributes.filter((name) => !(name in customAttributes));
    if (missing.length > 0) throw new Error(`search attributes not there yet: ${missing.join()}`);
  } finally {
    await connection.close();
  }
}
