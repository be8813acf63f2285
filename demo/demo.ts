/** `npm run demo`: a crew's run that survives the death of its worker. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { paintOf, say, type Shell } from '../src/starter/shell.js';
import { LABEL_WIDTH } from '../src/starter/screen.js';
import { toCommandLine } from '../src/starter/invocation.js';
import { claimFolder } from './claim-folder.js';
import { setStage, type Stage } from './stage.js';
import { play, toScenario } from './story.js';

/** Ended by a signal, as shells report Ctrl-C. */
const INTERRUPTED = 130;
const FAILED = 1;

const INTRODUCTION = `\
A crew is a team of AI agents, made with CrewAI. One request starts it (the
kickoff); many more ask how far it is (polls), until its result is there. Here a
Temporal workflow sends them. Half-way the demo kills the program that runs the
workflow, and the run goes on all the same. This takes about half a minute.
`;

/** A start takes about one second; what takes longer is a download, which says nothing itself. */
const DOWNLOAD_NOTICE_MS = 4_000;

// Where npm runs scripts: the project's own folder.
const folder = resolve('.cache/demo');
const built = ['../dist/worker.js', '../dist/workflow-bundle.js'];

const interrupt = new AbortController();
const shell: Shell = {
  stdin: process.stdin,
  stdout: process.stdout,
  // One story, in one stream.
  stderr: process.stdout,
  env: process.env,
  invocation: 'npm start --silent --',
  interrupted: interrupt.signal,
  onInterrupt: null,
  exitCode: 0,
};
const stops: (() => Promise<unknown>)[] = [];
/** What is left is to look around. */
let isOver = false;

async function demo(): Promise<number> {
  if (!built.every((file) => existsSync(fileURLToPath(new URL(file, import.meta.url))))) {
    throw new Error('The worker is not built yet. Build it with `npm run build`, and try again.');
  }
  const paint = paintOf(shell.stderr, shell);
  const row = (label: string, text: string): void => {
    say(shell, paint.dim(label.padEnd(LABEL_WIDTH)) + text);
  };
  claimFolder(folder);
  say(shell, INTRODUCTION);
  const notice = setTimeout(() => {
    say(shell, 'Looking for a Temporal server. The first time, it is downloaded (45 MB) …\n');
  }, DOWNLOAD_NOTICE_MS);
  const stage = await setStage({ folder, scenario: toScenario, stops });
  clearTimeout(notice);
  shell.env = stage.env;
  row('Temporal', `${stage.server.address}, keeps the state of the run`);
  row('crew', `${stage.amp.url}, simulated: no account and no AI needed`);
  const worker = await stage.startWorker();
  row('worker', `process ${worker.pid}, runs the workflow\n`);
  await play(shell, stage, worker);
  isOver = true;

  if (process.stdout.isTTY) inviteToLookAround(stage);
  if (stage.ownServer) {
    say(
      shell,
      `\nThe run is kept in ${relative('.', folder)}, for the next demo's Web UI to show.`,
    );
  }
  if (process.stdout.isTTY) await new Promise(() => undefined);
  return shell.exitCode;
}

function inviteToLookAround({ ownServer, server, taskQueue }: Stage): void {
  const words = ['run', '--input', 'topic=tea'];
  if (!ownServer) words.push('--task-queue', taskQueue);
  // Where the command would look by itself, nothing needs to be said.
  const flags = server.address.endsWith(':7233') ? {} : { address: server.address };
  say(shell, '\nAll of this stays up until Ctrl-C. Look at the page above, or start a run of');
  say(shell, 'your own from another terminal:');
  say(shell, `  ${toCommandLine(shell.invocation, words, flags)}`);
}

/** Resolves when a signal asks the demo to end. */
async function interruption(): Promise<number> {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // npm sends Ctrl-C once more to what it runs, so a second signal means nothing new.
    process.on(name, () => {
      interrupt.abort();
    });
  }
  await once(interrupt.signal, 'abort');
  shell.onInterrupt?.();
  say(shell, '\nStopping what was started …');
  // The story still goes on in the background, until this process ends: nobody is to hear of it.
  shell.stdout = shell.stderr = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  return isOver ? shell.exitCode : INTERRUPTED;
}

let exitCode = FAILED;
try {
  exitCode = await Promise.race([demo(), interruption()]);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
}
for (const stop of stops.reverse()) await stop();
// What had just begun to start ends with this process.
process.exit(exitCode);
