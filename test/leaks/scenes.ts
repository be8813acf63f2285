import { writeFile } from 'node:fs/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { expect } from 'vitest';
import { DEFAULT_TASK_QUEUE, WORKFLOW_TYPE, type CrewRunProgress } from '../../src/contract.js';
import { runCommand } from '../starter/command-line.js';
import { eventually } from '../support/crew-harness.js';
import { askAgain } from './ask-again.js';
import type { Stage } from './stage.js';
import { SCENES, type Scene } from './telling-amp.js';

/** Runs under way in all the states that runs can be in, after all that can go wrong with them. */
export interface Scenes {
  runs: readonly WorkflowHandle[];
  /** Mends what can be mended: tokens are replaced, an id is adopted. Then the worker crashes. */
  end: () => Promise<void>;
}

const UNKNOWN: Scene[] = ['down', 'no-id'];
const TROUBLED: Scene[] = ['overloaded', 'broken'];
const OVER = SCENES.filter((scene) => ![...UNKNOWN, ...TROUBLED].includes(scene));

/** Soon at first, then seldom: some are under way for as long as anything is looked at. */
const POLLING = { initialInterval: '20ms', backoffCoefficient: 2, maximumInterval: '1s' } as const;

/** Starts everything at once, by a client and by the command line, and waits until it is troubled. */
export async function playScenes(stage: Stage): Promise<Scenes> {
  const { amps, client, data, files, protection, tokens } = stage;
  const runOf = (workflowId: string) => client.workflow.getHandle(workflowId);
  const start = (workflowId: string, input: object) =>
    client.workflow.start(WORKFLOW_TYPE, {
      workflowId,
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ meta: { ticket: data.meta }, polling: POLLING, ...input }],
    });
  const until = (workflowId: string, fits: (progress: CrewRunProgress) => boolean) =>
    eventually(() => askAgain(() => runOf(workflowId).query<CrewRunProgress>('progress')), fits);
  const untilPhase = (workflowId: string, wanted: CrewRunProgress['phase']) =>
    until(workflowId, ({ phase }) => phase === wanted);

  for (const scene of SCENES) {
    await start(scene, { inputs: { topic: data.input, scene }, onCrewError: 'fail' });
  }
  await start('held', { inputs: { scene: 'never-ends' }, crew: 'filed' });
  const completing = runStarter(stage, 'run', '--id', 'completes', '--inputs-file', files.inputs);
  const brought = ['run', '--id', 'brought', '--crew', 'foreign', '--input', 'scene=never-ends'];
  let bringing: Promise<unknown> = Promise.resolve();
  const held = ['held'];
  if (protection.sealing) {
    bringing = runStarter(stage, ...brought, '--bearer-token-file', files.brought);
    held.push('brought');
  } else {
    await start('brought', { inputs: {}, crew: 'foreign', bearerToken: tokens.brought });
    await runStarter(stage, ...brought, '--bearer-token', tokens.brought);
    // Whoever puts a token there makes the server's log tell it.
    await client.workflow.start(WORKFLOW_TYPE, {
      workflowId: 'misplaced',
      taskQueue: tokens.brought,
      args: [{ inputs: {} }],
    });
  }

  await Promise.all([
    ...OVER.map((scene) =>
      runOf(scene)
        .result()
        .catch(() => undefined),
    ),
    ...UNKNOWN.map((scene) => untilPhase(scene, 'kickoffUnknown')),
    ...TROUBLED.map((scene) => until(scene, ({ lastError }) => lastError !== null)),
    ...held.map(async (workflowId) => {
      const amp = workflowId === 'held' ? amps.filed : amps.foreign;
      await eventually(
        () => Promise.resolve(amp.ledger.kickoffs.length),
        (count) => count > 0,
      );
      amp.refusing = true;
      await untilPhase(workflowId, 'onHold');
    }),
    completing,
  ]);

  const end = async (): Promise<void> => {
    for (const workflowId of [...UNKNOWN, ...TROUBLED, 'held', 'brought']) {
      await runInHere(stage, 'status', workflowId);
    }
    await runInHere(stage, 'watch', 'refused');
    await runInHere(stage, 'list');
    amps.filed.token = tokens.rotated;
    amps.filed.refusing = false;
    await writeFile(files.filed, tokens.rotated);
    await runOf('held').signal('crewEvent', {});
    await untilPhase('held', 'polling');
    if (protection.sealing) {
      amps.foreign.token = tokens.replacing;
      amps.foreign.refusing = false;
      const replace = ['token', 'replace', 'brought', '--bearer-token-file'];
      await succeed(() => runStarter(stage, ...replace, files.replacing));
      await untilPhase('brought', 'polling');
      await succeed(() => runInHere(stage, 'cancel', 'brought'));
      await bringing;
    }
    const [{ kickoffId = '' } = {}] = amps.default.ledger.kickoffsOfWorkflow('no-id');
    await succeed(() => runInHere(stage, 'adopt', 'no-id', kickoffId));
    await runOf('no-id').result();
    await crash(stage);
  };
  return { runs: [...SCENES, 'held', 'brought', 'completes'].map(runOf), end };
}

/** A worker on a busy machine may not answer a command in its time. */
function succeed(run: () => Promise<number | null>): Promise<void> {
  return askAgain(async () => expect(await run()).toBe(0));
}

/** As a process of its own. Resolves to the exit code. */
async function runStarter({ places, startStarter }: Stage, ...args: string[]) {
  const child = await startStarter(...args);
  const { code } = await child.exited;
  places.add(`output of ${args[0]}`, child.lines.join('\n'));
  return code;
}

/** The same in this process, which saves time. */
async function runInHere({ places, starterEnv }: Stage, ...args: string[]) {
  const { exitCode, stdout, stderr } = await runCommand(args, { env: starterEnv });
  places.add(`output of ${args[0]}`, stdout, stderr);
  return exitCode;
}

/** By a promise that rejects with the error of a request, and that nobody waits for. */
async function crash({ places, worker }: Stage): Promise<void> {
  const before = worker.lines.length;
  worker.signal('SIGUSR2');
  await worker.exited;
  places.add('crash of the worker', worker.lines.slice(before).join('\n'));
}
