import type { TemporalClient } from './create-client.js';
import type { FoundRun } from './find-run.js';
import type { Paint } from './paint.js';
import { toSafeLine } from './safe-text.js';
import { LABEL_WIDTH } from './screen.js';
import { toWebUiLink } from './web-ui.js';

/** Which run it is: summary, id and the link to its page, one per line and never broken. */
export function toRunHeader(
  { address, namespace }: TemporalClient,
  run: FoundRun,
  { paint, uiUrl }: { paint: Paint; uiUrl: string | undefined },
): string[] {
  const link = toWebUiLink(run, { address, namespace, uiUrl });
  return [
    ...(run.summary === null ? [] : [paint.bold(toSafeLine(run.summary))]),
    paint.dim('run'.padEnd(LABEL_WIDTH)) + toSafeLine(run.workflowId),
    ...(link === null ? [] : [paint.dim('Web UI'.padEnd(LABEL_WIDTH)) + link]),
    '',
  ];
}
