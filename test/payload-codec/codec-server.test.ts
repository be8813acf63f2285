import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../dev-server/find-temporal-cli.js';
import type { TemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import type { Child } from '../../dev-server/child-process.js';
import { createEncryptionCodec, loadPayloadKeys } from '../../src/payload-codec.js';
import { startCodecServer, type CodecServer } from '../../src/starter/codec-server.js';
import { startSimulatedAmp, type SimulatedAmp } from '../../src/testing/index.js';
import { runCommand, startCommand } from '../starter/command-line.js';
import { hasChromium, openBrowser } from '../support/web-ui.js';
import { startWorkerProcess, withoutConfiguration } from '../support/worker-process.js';

const WEB_UI = 'http://localhost:8233';
const env = { CREWAI_PAYLOAD_KEYS: `2026:${randomBytes(32).toString('base64')}` };
const keys = loadPayloadKeys(env);
const codec = createEncryptionCodec(keys);

const toJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, bytes]) => [
      key,
      Buffer.from(bytes).toString('base64'),
    ]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
const plain = defaultPayloadConverter.toPayload('whales');

describe('a codec server', () => {
  const problems: string[] = [];
  let server: CodecServer;
  beforeAll(async () => {
    server = await startCodecServer({
      keys,
      port: 0,
      allowedOrigins: [WEB_UI],
      onProblem: (problem) => problems.push(problem),
    });
  });
  afterAll(() => server.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    });

  it('decodes and encodes payloads as the Web UI and the CLI write them', async () => {
    const encoded = await post('/encode', { payloads: [toJson(plain)] });
    const document = await encoded.json();
    expect(JSON.stringify(document)).toContain(Buffer.from('binary/encrypted').toString('base64'));
    const decoded = await post('/decode?preserveStorageRefs=true', document);
    expect(decoded.headers.get('content-type')).toBe('application/json');
    await expect(decoded.json()).resolves.toEqual({ payloads: [toJson(plain)] });
  });

  it('returns what it cannot decrypt as it is, and the rest decrypted', async () => {
    const other = createEncryptionCodec(
      loadPayloadKeys({ CREWAI_PAYLOAD_KEYS: `2019:${randomBytes(32).toString('base64')}` }),
    );
    const [foreign = {}] = await other.encode([plain]);
    const [own = {}] = await codec.encode([plain]);
    const response = await post('/decode', { payloads: [toJson(foreign), toJson(own), {}] });
    await expect(response.json()).resolves.toEqual({
      payloads: [toJson(foreign), toJson(plain), toJson({})],
    });
    expect(problems.join()).toContain('encrypted with the key "2019", and here is only "2026"');
  });

  it('answers the browser’s question for the Web UI’s pages, and for no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${server.url}/decode`, { method: 'OPTIONS', headers: { origin } });
    const allowed = await preflight(WEB_UI);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(WEB_UI);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-namespace');

    for (const origin of ['https://evil.example', 'null', `${WEB_UI}.evil.example`]) {
      const refused = await preflight(origin);
      expect(refused.status).toBe(403);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
      const [own = {}] = await codec.encode([plain]);
      const answer = await post('/decode', { payloads: [toJson(own)] }, { origin });
      expect(answer.status).toBe(403);
      await expect(answer.text()).resolves.not.toContain(toJson(plain).data);
    }
  });

  it.each([
    ['/decode', 'not JSON', 400],
    ['/decode', {}, 400],
    ['/decode', { payloads: [{ data: 7 }] }, 400],
    ['/decode', 'x'.repeat(65 * 1024 * 1024), 413],
    ['/other', { payloads: [] }, 404],
  ])('refuses what is none of its business: %s %.20j', async (path, body, status) => {
    expect((await post(path, body)).status).toBe(status);
  });

  it('is asked by POST', async () => {
    expect((await fetch(`${server.url}/decode`)).status).toBe(405);
  });
});

describe('the command codec-server', () => {
  it('needs keys, and an URL of the Web UI', async () => {
    const noKeys = await runCommand(['codec-server', '--port', '0']);
    expect(noKeys.exitCode).toBe(2);
    expect(noKeys.stderr).toContain('There are no payload keys: set CREWAI_PAYLOAD_KEYS_FILE.');
    const noUrl = await runCommand(['codec-server', '--allow-origin', 'there'], { env });
    expect(noUrl.exitCode).toBe(2);
    expect(noUrl.stderr).toContain('"there" is not the URL of a Web UI');
    const anybody = await runCommand(['codec-server', '--allow-origin', 'file:///a'], { env });
    expect(anybody.exitCode).toBe(2);
  });

  it('says that its port is taken', async () => {
    const other = await startCodecServer({
      ...{ keys, port: 0, allowedOrigins: [] },
      onProblem: () => undefined,
    });
    const { port } = new URL(other.url);
    const { exitCode, stderr } = await runCommand(['codec-server', '--port', port], { env });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/EADDRINUSE.*Choose another port with --port/);
    await other.close();
  });

  describe('beside a run that is encrypted', () => {
    const id = `codec-${randomUUID()}`;
    let server: TemporalDevServer;
    let amp: SimulatedAmp;
    let worker: Child;
    let command: ReturnType<typeof startCommand>;
    let codecUrl: string;
    let uiUrl: string;

    beforeAll(async () => {
      server = await startTemporalDevServer({ headless: false });
      uiUrl = server.uiUrl ?? '';
      amp = await startSimulatedAmp({
        scenario: { tasks: [{ name: 'write', durationMs: 1, output: 'A report on whales' }] },
      });
      worker = await startWorkerProcess({
        ...{ address: server.address, ampUrl: amp.url, ampToken: amp.token },
        env,
      });
      const run = ['run', '--id', id, '--input', 'topic=whales'];
      await runCommand(run, { env: { ...env, TEMPORAL_ADDRESS: server.address } });
      command = startCommand(['codec-server', '--port', '0', '--allow-origin', uiUrl], { env });
      await command.untilStderr(`, for ${uiUrl}`);
      codecUrl = /http:\S+\d/.exec(command.stderr())?.[0] ?? '';
    });
    afterAll(async () => {
      command.interrupt();
      expect(await command.exitCode).toBe(130);
      await worker.stop();
      await amp.stop();
      await server.stop();
    });

    it('lets the Temporal CLI read the result, and start an encrypted run', async () => {
      const temporal = async (...args: string[]) => {
        const { stdout } = await promisify(execFile)(
          await findTemporalCli(),
          [...args, '--address', server.address],
          { env: withoutConfiguration(process.env) },
        );
        return stdout;
      };
      const result = ['workflow', 'result', '--workflow-id', id];
      expect(await temporal(...result)).not.toContain('A report on whales');
      expect(await temporal(...result, '--codec-endpoint', codecUrl)).toContain(
        'A report on whales',
      );

      const executed = await temporal(
        ...['workflow', 'execute', '--workflow-id', `${id}-cli`, '--task-queue', 'crewai'],
        ...['--type', 'kickoffAndPollUntilComplete', '--input', '{"inputs":{"topic":"squids"}}'],
        ...['--codec-endpoint', codecUrl],
      );
      expect(executed).toContain('A report on whales');
      const history = await temporal('workflow', 'show', '--workflow-id', `${id}-cli`);
      expect(history).not.toContain('squids');
    });

    it.skipIf(!hasChromium)(
      'lets the Web UI show it, once it is told of the codec server',
      async () => {
        const browser = await openBrowser();
        try {
          const page = await browser.newPage();
          await page.goto(`${uiUrl}/namespaces/default/workflows/${id}`);
          await page.getByText('Result', { exact: true }).waitFor();
          expect(await page.locator('body').innerText()).not.toContain('A report on whales');

          await page.getByRole('button', { name: 'Configure Codec Server' }).click();
          const dialog = page.locator('dialog[open]');
          await dialog.getByText('Use my browser setting').click();
          await dialog.getByRole('textbox').fill(codecUrl);
          await dialog.getByRole('button', { name: 'Apply' }).click();
          await dialog.waitFor({ state: 'detached' });
          await page.reload();
          for (const shown of [
            'A report on whales',
            '"topic": "whales"',
            'POST /kickoff · default',
          ]) {
            await page.getByText(shown).first().waitFor();
          }
        } finally {
          await browser.close();
        }
      },
    );
  });
});
