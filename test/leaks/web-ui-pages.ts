import type { Page } from 'playwright-core';
import { openBrowser } from '../support/web-ui.js';
import type { Places } from './places.js';
import type { Stage } from './stage.js';

interface RunOnServer {
  workflowId: string;
  runId: string;
}

/** The query whose answer has a run's current details. */
const DETAILS = '__temporal_workflow_metadata';

/** One of these is among the first events that a page lists, whatever became of the run. */
const EVENT = /Workflow (Execution|Task) (Started|Completed|Failed)/;

/** Looks at the runs as people do, and keeps what is shown and all that was sent for it. */
export async function readWebUi(
  { places, uiUrl }: Stage,
  runs: readonly RunOnServer[],
): Promise<void> {
  const browser = await openBrowser();
  const page = await browser.newPage();
  page.on('response', (response) => {
    if (!response.url().startsWith(`${uiUrl}/api/`)) return;
    // One that is still under way when the next page is opened ends with its page.
    response.body().then(
      (body) => places.add('what the Web UI is sent', body),
      () => undefined,
    );
  });
  await page.goto(`${uiUrl}/namespaces/default/workflows`);
  for (const { workflowId, runId } of runs) {
    // By its links, since each page that is opened anew loads all of the Web UI.
    await page.locator(`a[href*="/${workflowId}/${runId}"]`).first().click();
    await page.getByRole('tab', { name: 'Event History' }).click();
    await page.getByText(EVENT).first().waitFor();
    await keep(page, `Web UI, history of ${workflowId}`, places);
    const answered = page.waitForResponse((response) => response.url().includes(DETAILS));
    await page.getByRole('tab', { name: 'User Metadata' }).click();
    await (await answered).finished();
    await keep(page, `Web UI, details of ${workflowId}`, places);
    await page.getByText('Back to Workflows').click();
  }
  await page
    .getByText(runs[0]?.workflowId ?? '')
    .first()
    .waitFor();
  await keep(page, 'Web UI, list', places);
  await browser.close();
}

async function keep(page: Page, place: string, places: Places): Promise<void> {
  places.add(place, await page.content(), await page.locator('body').innerText());
}
