import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { startNode, type Child } from '../../dev-server/child-process.js';
import { startTemporalDevServer } from '../../dev-server/temporal-dev-server.js';
import { createDataConverter, loadPayloadKeys } from '../../src/payload-codec.js';
import { readDatabase } from '../support/read-database.js';
import { createTokenKeys } from '../support/token-keys.js';
import { withoutConfiguration } from '../support/worker-process.js';
import { watchCommandLines } from './command-lines.js';
import { createMarks } from './marks.js';
import { Places } from './places.js';
import { startTellingAmp, type TellingAmp } from './telling-amp.js';

/** What keeps secrets, and can be taken away to see that the search finds them. */
export interface Protection {
  /** Tokens that runs bring along are sealed, and none is an argument. */
  sealing: boolean;
  /** What an API says is searched for the token that it was asked with. */
  masking: boolean;
  /** Payloads are encrypted. */
  encryption: boolean;
}

/** Everything that takes part, each with its marked token, and all that is left of it. */
export type Stage = Awaited<ReturnType<typeof setStage>>;

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const preload = (name: string) => ['--import', new URL(name, import.meta.url).href];

/** A Temporal server and a worker that log all that they can, and three crews. */
export async function setStage(protection: Protection) {
  const places = new Places();
  const secrets = createSecrets();
  const { tokens, data } = secrets;
  const payloadKey = randomBytes(32).toString('base64');
  const folder = await mkdtemp(join(tmpdir(), 'leaks-'));
  const database = await mkdtemp(join(tmpdir(), 'leaks-database-'));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const tokenKeys = await createTokenKeys();
  const { publicKeyFile, privateKeyFile } = await tokenKeys.add('leaks');
  const { d: privateKey } = JSON.parse(await readFile(privateKeyFile, 'utf8')) as { d: string };

  const commandLines = watchCommandLines();
  const logFile = join(folder, 'server.log');
  const server = await startTemporalDevServer({
    headless: false,
    dbFile: join(database, 'temporal.db'),
    logFile,
    logLevel: 'debug',
    searchAttributes: { CrewName: 'Keyword', CrewStatus: 'Keyword', CrewKickoffId: 'Keyword' },
    dynamicConfig: { 'history.timerProcessorMaxTimeShift': '"1ms"' },
  });
  const amps = {
    /** Its token is in the worker's environment. */
    default: await startTellingAmp(tokens.environment, data),
    /** Its token is in a file. */
    filed: await startTellingAmp(tokens.file, data),
    /** Takes only tokens that runs bring along. */
    foreign: await startTellingAmp(tokens.brought, data),
  };
  const toCrew = (name: string, { url }: TellingAmp, token: string) =>
    `[crews.${name}]\nurl = "${url}"\ntoken = ${token}\n`;
  const crewsFile = await write(
    'crews.toml',
    toCrew('filed', amps.filed, '{ file = "filed.token" }') +
      toCrew('foreign', amps.foreign, '{ env = "UNUSED_TOKEN" }'),
  );
  const files = {
    inputs: await write('inputs.json', JSON.stringify({ topic: data.input })),
    filed: await write('filed.token', tokens.file),
    brought: await write('brought.token', tokens.brought),
    replacing: await write('replacing.token', tokens.replacing),
  };

  const temporalEnv = {
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_API_KEY: tokens.temporal,
    TEMPORAL_TLS: 'false',
    ...(protection.encryption ? { CREWAI_PAYLOAD_KEYS: `leaks:${payloadKey}` } : {}),
  };
  const starterEnv = {
    ...temporalEnv,
    CREWAI_TOKEN_PUBLIC_KEY_FILE: publicKeyFile,
    DEBUG: 'temporal-crewai',
  };
  const start = async (args: string[], env: NodeJS.ProcessEnv): Promise<Child> => {
    const child = await startNode(
      protection.masking ? args : [...preload('without-masking.js'), ...args],
      { env: { ...withoutConfiguration(process.env), ...env } },
    );
    commandLines.look();
    return child;
  };
  const worker = await start([...preload('log-everything.js'), file('dist/worker.js')], {
    ...temporalEnv,
    CREWAI_AMP_URL: amps.default.url,
    CREWAI_AMP_TOKEN: tokens.environment,
    CREWAI_CREWS_FILE: crewsFile,
    UNUSED_TOKEN: tokens.unused,
    CREWAI_TOKEN_KEYS_FOLDER: tokenKeys.folder,
    NODE_DEBUG: 'http,http2,net,tls,undici,fetch',
  });
  await worker.waitForLine(/Ready/);
  const connection = await Connection.connect({ address: server.address });
  const dataConverter = createDataConverter(loadPayloadKeys(temporalEnv));

  return {
    ...secrets,
    ...{ protection, places, amps, files, worker, starterEnv },
    ...{
      keys: protection.encryption ? { payloadKey, privateKey } : { privateKey },
      uiUrl: server.uiUrl ?? '',
      connection,
    },
    client: new Client({ connection, dataConverter }),
    startStarter: (...args: string[]) => start([file('dist/starter.js'), ...args], starterEnv),
    /** Ends everything. What is on disk is read while the server still writes it. */
    async strike(): Promise<void> {
      for (const content of Object.values(await readDatabase(database))) {
        places.add('database', content);
      }
      await connection.close();
      await worker.kill();
      await server.stop();
      places.add('log of the server', await readFile(logFile));
      places.add('log of the worker', worker.lines.join('\n'));
      places.add('command lines', ...commandLines.stop());
      await Promise.all(Object.values(amps).map((amp) => amp.stop()));
      await tokenKeys.remove();
      for (const path of [folder, database]) await rm(path, { recursive: true });
    },
  };
}

function createSecrets() {
  const forTokens = createMarks();
  const forData = createMarks();
  const forErrors = createMarks();
  return {
    /** In all tokens, and in nothing else. */
    tokenTag: forTokens.tag,
    tokens: {
      environment: forTokens.create('environment'),
      file: forTokens.create('file'),
      rotated: forTokens.create('rotated'),
      unused: forTokens.create('unused'),
      brought: forTokens.create('brought'),
      replacing: forTokens.create('replacing'),
      temporal: forTokens.create('temporal'),
    },
    /** In what crews are given and say, and in nothing else. */
    dataTag: forData.tag,
    data: {
      input: forData.create('input'),
      meta: forData.create('meta'),
      task: forData.create('task'),
      output: forData.create('output'),
      error: forErrors.create('error'),
    },
    /** In the words of a crew that fails, which whoever runs the worker may see. */
    errorTag: forErrors.tag,
  };
}
