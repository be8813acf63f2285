/** `npm run temporal`: a Temporal server for trying things out, until Ctrl-C. Its state is kept. */
import { mkdirSync } from 'node:fs';
import { startTemporalDevServer } from './temporal-dev-server.js';

const dbFile = '.cache/temporal/dev.db';

mkdirSync('.cache/temporal', { recursive: true });
try {
  const server = await startTemporalDevServer({
    // Where every Temporal tool looks by itself.
    port: 7233,
    uiPort: 8233,
    dbFile,
    searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
  });
  console.log(`Temporal: ${server.address}, state in ${dbFile}`);
  console.log(`Web UI:   ${server.uiUrl ?? 'none'}`);
  if (!server.address.endsWith(':7233')) {
    console.log(
      `Port 7233 was taken. In other terminals: export TEMPORAL_ADDRESS=${server.address}`,
    );
  }
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
