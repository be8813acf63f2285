/** `npm run screenshot`: the Web UI's page of a run in each situation, as pictures for the docs. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ViewportSize } from 'playwright-core';
import { startTemporalDevServer } from '../dev-server/temporal-dev-server.js';
import { progressUntil } from '../test/support/crew-harness.js';
import { bringAboutSituations, SITUATIONS, type Situation } from '../test/support/situations.js';
import { openBrowser, openRunPage, type Tab } from '../test/support/web-ui.js';

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));

/** The tab that tells most in each situation. */
const PICTURES: Record<Situation, readonly Tab[]> = {
  'run-under-way': ['timeline', 'details'],
  completed: ['timeline'],
  'api-down': ['details'],
  'kickoff-unknown': ['details'],
};

/** Wide enough for the layout of a desktop; as high as six polls, and as the longest details. */
const VIEWPORTS: Record<Tab, ViewportSize> = {
  timeline: { width: 1280, height: 1000 },
  details: { width: 1280, height: 830 },
};

const server = await startTemporalDevServer({ headless: false });
const { uiUrl = '' } = server;
const { harness, runs } = await bringAboutSituations(server.address);
const browser = await openBrowser();
try {
  await mkdir(folder, { recursive: true });
  await progressUntil(runs['run-under-way'], ({ polls }) => polls >= 6);
  const page = await browser.newPage();
  for (const situation of SITUATIONS) {
    const { workflowId, firstExecutionRunId: runId } = runs[situation];
    for (const tab of PICTURES[situation]) {
      await page.setViewportSize(VIEWPORTS[tab]);
      await openRunPage(page, { uiUrl, workflowId, runId }, tab);
      const isFirst = tab === PICTURES[situation][0];
      const path = `${folder}${situation}${isFirst ? '' : `-${tab}`}.png`;
      // Without the Web UI's own navigation, which is the same on every page.
      await page.locator('main').screenshot({ path });
      process.stdout.write(`${path}\n`);
    }
  }
} finally {
  await browser.close();
  await harness.stop();
  await server.stop();
}
