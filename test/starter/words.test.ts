import { describe, expect, it } from 'vitest';
import { toGlimpse } from '../../src/starter/glimpse.js';
import { toCommandLine, toInvocation } from '../../src/starter/invocation.js';
import { toRunTable } from '../../src/starter/run-table.js';
import { toSafeLine, toSafeText } from '../../src/starter/safe-text.js';
import { toShortDuration } from '../../src/starter/short-duration.js';
import { toWebUiLink } from '../../src/starter/web-ui.js';

describe('a time span', () => {
  it.each([
    [-5_000, '0s'],
    [400, '0s'],
    [4_000, '4s'],
    [60_000, '1m'],
    [72_000, '1m 12s'],
    [3_600_000, '1h'],
    [7_500_000, '2h 5m'],
    [3_601_000, '1h'],
    [86_400_000, '1d'],
    [90_000_000, '1d 1h'],
  ])('of %i ms is %s', (durationMs, text) => {
    expect(toShortDuration(durationMs)).toBe(text);
  });
});

describe('the link to the Web UI', () => {
  const run = { workflowId: 'my run/1', runId: 'r-1' };
  it.each([
    ['127.0.0.1:7233', undefined, 'http://127.0.0.1:8233'],
    ['localhost:7233', undefined, 'http://localhost:8233'],
    ['localhost', undefined, 'http://localhost:8233'],
    ['[::1]:7233', undefined, 'http://[::1]:8233'],
    ['ns.acct.tmprl.cloud:7233', undefined, 'https://cloud.temporal.io'],
    ['us-east-1.aws.api.temporal.io:7233', undefined, 'https://cloud.temporal.io'],
    ['temporal.example.com:7233', 'https://ui.example.com/', 'https://ui.example.com'],
    ['127.0.0.1:7233', 'http://127.0.0.1:9999', 'http://127.0.0.1:9999'],
  ])('of %s (TEMPORAL_UI_URL %s) is at %s', (address, uiUrl, ui) => {
    expect(toWebUiLink(run, { address, namespace: 'my.ns', uiUrl })).toBe(
      `${ui}/namespaces/my.ns/workflows/my%20run%2F1/r-1`,
    );
  });

  it.each(['127.0.0.1:51234', 'temporal.example.com:7233'])('is unknown for %s', (address) => {
    expect(toWebUiLink(run, { address, namespace: 'default', uiUrl: undefined })).toBeNull();
  });
});

describe('a command to paste', () => {
  it.each([
    ['/usr/bin/temporal-crewai', {}, 'temporal-crewai'],
    ['/p/dist/starter.js', { npm_lifecycle_event: 'start' }, 'npm start --silent --'],
    ['/p/node_modules/.bin/temporal-crewai', { npm_command: 'exec' }, 'npx temporal-crewai'],
    ['/p/dist/starter.js', {}, 'node /p/dist/starter.js'],
  ])('is called as %s %j was', (script, env, invocation) => {
    expect(toInvocation(script, env)).toBe(invocation);
  });

  it('reaches the same server, and is quoted for a shell', () => {
    expect(toCommandLine('tc', ['watch', "it's 1"], { address: 'h:1', namespace: 'n' })).toBe(
      `tc watch 'it'\\''s 1' --address h:1 --namespace n`,
    );
  });
});

describe('the summary of a run', () => {
  const request = { workflowId: 'w', taskQueue: 'q', again: false, crew: 'research' };

  it.each([
    [{ inputs: { topic: 'AI agents', year: 2026 } }, 'research · topic=AI agents, year=2026'],
    [{ inputs: {} }, 'research'],
    [{ kickoffId: 'k-1' }, 'research · adopts k-1'],
    [{ inputs: { topic: 'two\nlines' } }, 'research · topic=two lines'],
    [{ inputs: { topic: 'x' }, meta: { ticket: 'private' } }, 'research · topic=x'],
  ])('of %j is %j', (input, summary) => {
    expect(toGlimpse({ ...request, input })).toBe(summary);
  });

  it.each(['x', '漢', '😀'])('stays within what the server takes: %s', (character) => {
    const summary = toGlimpse({ ...request, input: { inputs: { topic: character.repeat(500) } } });
    expect(Array.from(summary).length).toBeLessThanOrEqual(120);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(300);
    expect(summary).toMatch(/^research · topic=.+…$/u);
  });
});

describe('text from elsewhere', () => {
  it('keeps its line ends and loses what a terminal would obey', () => {
    expect(toSafeText('a\r\nb\tc\u001b[31md\u001b[0m')).toBe('a\nb\tcd');
    expect(toSafeText('x\u0007y\u009by\rz')).toMatch(/^x\ufffdy.*\ufffdz$/);
    expect(toSafeLine(' a\n\tb ')).toBe('a b');
  });
});

describe('the table of runs', () => {
  const now = Date.parse('2026-11-25T10:00:00Z');
  const run = {
    workflowId: 'crew-research-1',
    runId: 'r',
    status: 'running',
    crew: 'research',
    crewStatus: 'running',
    kickoffId: 'k-1',
    startedAt: '2026-11-25T09:58:48Z',
    closedAt: null,
  };

  it('has a line a run where there is room', () => {
    expect(toRunTable([run], now, 80).split('\n')).toEqual([
      'STARTED     RUN      CREW              WORKFLOW ID      KICKOFF ID',
      '1m 12s ago  running  research running  crew-research-1  k-1',
    ]);
  });

  it('puts one run below the other where there is none, ids whole', () => {
    expect(
      toRunTable([run, { ...run, crew: null, crewStatus: null, kickoffId: null }], now, 40),
    ).toBe(
      [
        ...['crew-research-1', '  running · research running · 1m 12s ago', '  k-1'],
        ...['crew-research-1', '  running · - · 1m 12s ago'],
      ].join('\n'),
    );
  });

  it('leaves out the status that a run was started with and never got past', () => {
    const failed = { ...run, status: 'failed', crewStatus: 'pending', closedAt: run.startedAt };
    expect(toRunTable([failed], now, 80)).toContain('failed  research  crew-research-1');
  });
});
