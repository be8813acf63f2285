import type { RunRef } from './run-ref.js';

/**
 * Where the Web UI of a Temporal server is, as far as its address tells: Temporal Cloud has one,
 * `temporal server start-dev` serves it at port 8233. `TEMPORAL_UI_URL` says it for any other.
 */
function toWebUi(address: string, uiUrl: string | undefined): string | null {
  if (uiUrl) return uiUrl.replace(/\/+$/, '');
  const [, host = '', port = '7233'] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  if (/\.(tmprl\.cloud|api\.temporal\.io)$/.test(host)) return 'https://cloud.temporal.io';
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
  return loopback && port === '7233' ? `http://${host}:8233` : null;
}

/** The page of a run, or null where nobody said where the Web UI is. */
export function toWebUiLink(
  run: RunRef,
  server: { address: string; namespace: string; uiUrl: string | undefined },
): string | null {
  const ui = toWebUi(server.address, server.uiUrl);
  if (ui === null) return null;
  const [namespace, workflowId, runId] = [server.namespace, run.workflowId, run.runId].map(
    encodeURIComponent,
  );
  return `${ui}/namespaces/${namespace}/workflows/${workflowId}/${runId}`;
}
