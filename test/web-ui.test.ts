import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startTemporalDevServer,
  type TemporalDevServer,
} from '../dev-server/temporal-dev-server.js';
import { progressOf } from './support/crew-harness.js';
import { bringAboutSituations, type Situation, type Situations } from './support/situations.js';
import {
  CHROMIUM,
  currentDetails,
  hasChromium,
  openBrowser,
  openRunPage,
  timeline,
  type Tab,
} from './support/web-ui.js';

const skipped = !hasChromium && process.env['CI'] === undefined;
if (skipped) {
  console.warn(
    `There is no Chromium at ${CHROMIUM}: the tests of the Web UI are skipped. ` +
      'Install it, or set CHROMIUM_PATH.',
  );
}

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;

describe.skipIf(skipped)("a run's page in the Web UI", () => {
  let server: TemporalDevServer;
  let situations: Situations;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    server = await startTemporalDevServer({ headless: false });
    situations = await bringAboutSituations(server.address);
  });
  afterAll(async () => {
    await browser?.close();
    await situations?.harness.stop();
    await server?.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    return () => page.close();
  });

  const open = async (situation: Situation, tab: Tab): Promise<string> => {
    const { workflowId, firstExecutionRunId: runId } = situations.runs[situation];
    await openRunPage(page, { uiUrl: server.uiUrl ?? '', workflowId, runId }, tab);
    return (tab === 'timeline' ? timeline(page) : currentDetails(page)).innerText();
  };
  const kickoffIdOf = async (situation: Situation) =>
    (await progressOf(situations.runs[situation])).kickoffId;

  it('tells of a run under way which crew it is, how far it is, its kickoffId and its next poll', async () => {
    const details = await open('run-under-way', 'details');
    expect(details).toContain('Crew: default');
    expect(details).toContain('Status: running, 1 of 3 tasks done, now analysis_task');
    expect(details).toContain(`kickoffId: ${await kickoffIdOf('run-under-way')}`);
    expect(details).toMatch(new RegExp(`Next: poll \\d+ (at ${TIME}|is under way)`));
    expect(await page.locator('main').innerText()).toContain('RUNNING');
  });

  it('draws a timeline that reads as a story', async () => {
    const story = await open('run-under-way', 'timeline');
    expect(story).toContain('POST /kickoff · default');
    expect(story).toContain(`kickoffId ${await kickoffIdOf('run-under-way')}`);
    expect(story).toMatch(/poll 1 · running [01]\/3/);
    expect(story).toContain('poll 3 · running 1/3');
  });

  it('tells of a run that has completed its kickoffId and its output', async () => {
    const details = await open('completed', 'details');
    expect(details).toContain('Crew: default');
    expect(details).toMatch(/Status: completed after \d+ polls/);
    expect(details).not.toContain('Next:');

    await open('completed', 'timeline');
    const result = await page.locator('main').innerText();
    expect(result).toContain('COMPLETED');
    expect(result).toContain(`"kickoffId": "${await kickoffIdOf('completed')}"`);
    expect(result).toContain('ask for one figure that can be checked.');
  });

  it('tells of a run whose API is down what is tried, and why it fails', async () => {
    const details = await open('api-down', 'details');
    expect(details).toContain('Status: running, 1 of 3 tasks done');
    expect(details).toContain(`kickoffId: ${await kickoffIdOf('api-down')}`);
    expect(details).toMatch(
      /Next: poll \d+ is tried until the API answers; see Pending Activities/,
    );
    expect(details).toContain(
      'Last error: Reading the status failed: HTTP 503: no healthy upstream',
    );

    expect(await open('api-down', 'timeline')).toMatch(/Attempt \d+ .*getStatus.*GET \/status/s);
  });

  it('tells of a kickoff of unknown outcome how a person resolves it, and until when', async () => {
    const { workflowId } = situations.runs['kickoff-unknown'];
    const details = await open('kickoff-unknown', 'details');
    expect(details).toContain('Crew: default');
    expect(details).toContain('Status: kickoff outcome unknown');
    expect(details).toContain('kickoffId: not known');
    expect(details).toMatch(new RegExp(`Next: fails at ${TIME} unless a person resolves it`));
    expect(details).toContain(
      `What to do: look in AMP for a run whose meta.temporal.workflowId is ${workflowId}`,
    );
    expect(details).toContain(`It is there: temporal-crewai adopt ${workflowId} KICKOFF_ID`);
    expect(details).toContain(`It is not there: temporal-crewai retry-kickoff ${workflowId}`);
  });
});
