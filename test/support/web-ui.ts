import { existsSync } from 'node:fs';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

/** Debian's place for it. `CHROMIUM_PATH` says another one. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

/** A browser for one page after the other, that talks to nobody but this machine. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      // Its sandbox needs rights that a container does not have; it sees pages of this machine only.
      '--no-sandbox',
      '--disable-gpu',
      // Grey instead of coloured edges of letters: pictures of half the size.
      '--disable-lcd-text',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The tabs of a run's page that tell how it is. */
export const TABS = { timeline: 'timeline', details: 'user-metadata' } as const;
export type Tab = keyof typeof TABS;

interface RunOnServer {
  /** Of the Web UI. */
  uiUrl: string;
  workflowId: string;
  /** Of the run that is looked at. */
  runId: string;
}

/** Opens a run's page at one of its tabs, and waits until it shows the run. */
export async function openRunPage(page: Page, run: RunOnServer, tab: Tab): Promise<void> {
  const { uiUrl, workflowId, runId } = run;
  await page.goto(`${uiUrl}/namespaces/default/workflows/${workflowId}/${runId}/${TABS[tab]}`);
  const shown = tab === 'timeline' ? timeline(page) : currentDetails(page);
  await shown
    .getByText(/poll \d|kickoff/i)
    .first()
    .waitFor();
}

/** The drawing of what has happened, with the summaries of timers and activities. */
export function timeline(page: Page): Locator {
  return page.locator('#event-history-timeline-graph');
}

/** The workflow's own words, which the Web UI shows in a frame. */
export function currentDetails(page: Page): Locator {
  return page.frameLocator('#user-metadata-current-details').locator('body');
}
