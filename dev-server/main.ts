/** `npm run temporal`: a Temporal server for trying things out, until Ctrl-C. Its state is kept. */
import { mkdirSync } from 'node:fs';
import { findFreePorts } from './free-ports.js';
import { startTemporalDevServer } from './temporal-dev-server.js';

/** Where every Temporal tool looks by itself. */
const USUAL_PORT = 7233;

mkdirSync('.cache/temporal', { recursive: true });
try {
  const [port = USUAL_PORT] = await findFreePorts([USUAL_PORT]);
  // Two servers on one file would be at each other's throats.
  const dbFile = `.cache/temporal/dev${port === USUAL_PORT ? '' : `-${port}`}.db`;
  const server = await startTemporalDevServer({
    port,
    uiPort: 8233,
    dbFile,
    searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
  });
  if (port !== USUAL_PORT) {
    console.log(
      `Port ${USUAL_PORT} is taken. In other terminals: export TEMPORAL_ADDRESS=${server.address}`,
    );
  }
  console.log(`Temporal: ${server.address}, state in ${dbFile}`);
  console.log(`Web UI:   ${server.uiUrl ?? 'none'}`);
  console.log('Ctrl-C stops it.');
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // npm may pass on what the terminal has sent already.
      if (stopping) return;
      stopping = true;
      void server.stop().then(() => process.exit(0));
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
