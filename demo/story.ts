import { randomBytes } from 'node:crypto';
import type { Child } from '../dev-server/child-process.js';
import { DEFAULT_CREW } from '../src/contract.js';
import { createDisplay } from '../src/starter/display.js';
import { EXIT } from '../src/starter/exit-codes.js';
import type { FoundRun } from '../src/starter/find-run.js';
import { followRun } from '../src/starter/follow-run.js';
import { toCommandLine } from '../src/starter/invocation.js';
import { reportEnd } from '../src/starter/report-end.js';
import { toRunHeader } from '../src/starter/run-header.js';
import type { RunView } from '../src/starter/run-view.js';
import { LABEL_WIDTH } from '../src/starter/screen.js';
import { paintOf, say, type Shell } from '../src/starter/shell.js';
import { startRun } from '../src/starter/start-run.js';
import { withTemporal } from '../src/starter/temporal.js';
import { toWebUiLink } from '../src/starter/web-ui.js';
import { exampleTasks, type Scenario } from '../src/testing/index.js';
import { createPausableDisplay } from './pausable-display.js';
import type { Stage } from './stage.js';

const TOPIC = 'durable execution';

/**
 * How long the crew's tasks take. The last is the longest, so that the run can still be watched when
 * the second worker has it: the server holds a task for the first one for up to 10 s.
 */
const TASK_DURATIONS_MS = [4_000, 6_000, 9_000];

export function toScenario({ inputs }: { inputs: Record<string, unknown> }): Scenario {
  const tasks = exampleTasks(inputs).map((task, index) => ({
    ...task,
    durationMs: TASK_DURATIONS_MS[index] ?? 1_000,
  }));
  return { tasks };
}

/** Starts a run, kills its worker half-way, starts another, and tells what came of it. */
export async function play(shell: Shell, stage: Stage, firstWorker: Child): Promise<void> {
  await withTemporal({}, shell, async (temporal) => {
    const paint = paintOf(shell.stderr, shell);
    const uiUrl = shell.env['TEMPORAL_UI_URL'];
    const { run } = await startRun(temporal, {
      workflowId: `demo-${randomBytes(4).toString('hex')}`,
      taskQueue: stage.taskQueue,
      again: false,
      crew: DEFAULT_CREW,
      // More often than by default: this run is short, and somebody is watching.
      input: { inputs: { topic: TOPIC }, polling: { initialInterval: '1s' } },
    });
    for (const line of toRunHeader(temporal, run, { paint, uiUrl })) say(shell, line);

    const toCommand = (words: string[]): string => toCommandLine(shell.invocation, words, {});
    const display = createPausableDisplay(() =>
      createDisplay(shell, toCommand, 'Ctrl-C ends the demo.'),
    );
    shell.onInterrupt = () => {
      display.pause();
    };
    const workers = [firstWorker];
    const halfway = createHalfway();
    const [end] = await Promise.all([
      followRun(temporal, run, {
        show: (view) => {
          display.show(view);
          halfway.look(view);
        },
        close: (options) => {
          display.close(options);
          halfway.miss();
        },
      }),
      halfway.reached.then(async (reached) => {
        if (!reached) return;
        display.pause();
        workers.push(await replaceWorker(shell, stage, firstWorker));
        display.resume();
      }),
    ]);
    shell.onInterrupt = null;
    reportEnd(shell, run, end, {});
    const webUi = toWebUiLink(run, { ...temporal, uiUrl });
    tellWhatHappened(shell, stage, { run, workers, webUi });
  });
}

/** The moment at which one task is done and others are not. */
function createHalfway() {
  let settle: (reached: boolean) => void = () => undefined;
  const reached = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return {
    reached,
    look: ({ progress }: RunView) => {
      if ((progress?.completedTasks ?? 0) >= 1) settle(true);
    },
    /** The run is over: the moment does not come any more. */
    miss: () => {
      settle(false);
    },
  };
}

async function replaceWorker(shell: Shell, stage: Stage, first: Child): Promise<Child> {
  const paint = paintOf(shell.stderr, shell);
  await first.kill();
  say(shell, '');
  say(shell, paint.red(`The worker (process ${first.pid}) was just killed, as if it had crashed.`));
  const second = await stage.startWorker();
  say(shell, paint.green(`Another worker was started (process ${second.pid}).`));
  say(
    shell,
    'It knows nothing of the run, but Temporal does, and hands it over: at the latest\n' +
      'after 10 s without a word from the first worker. The crew works on meanwhile.\n',
  );
  return second;
}

interface Outcome {
  run: FoundRun;
  workers: readonly Child[];
  webUi: string | null;
}

function tellWhatHappened(shell: Shell, { amp }: Stage, { run, workers, webUi }: Outcome): void {
  const paint = paintOf(shell.stderr, shell);
  const kickoffs = amp.ledger.kickoffsOfWorkflow(run.workflowId);
  const polls = kickoffs.flatMap(({ kickoffId }) => amp.ledger.pollsOf(kickoffId));
  // What the demo is there to show; so it looks, and does not only say so.
  if (kickoffs.length !== 1) shell.exitCode = EXIT.failed;
  const row = (label: string, text: string): void => {
    say(shell, paint.dim(label.padEnd(LABEL_WIDTH)) + text);
  };
  const pids = workers.map(({ pid }) => `process ${pid}`);
  say(shell, `\n${paint.bold('What happened')}`);
  row('kickoffs', `${kickoffs.length}: how often the crew was really started`);
  row('polls', `${polls.length}: how often it was asked how far it is`);
  row('workers', `${workers.length}: ${pids.join(', killed half-way; ')}`);
  if (webUi !== null) row('Web UI', webUi);
}
