/** `npm run chaos [-- --runs N --seed S --minutes M]`: tries to lose a run, or to double one. */
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readKickoffs, readStatusRequests } from './amp-files.js';
import { strike, type StruckBlow } from './blows.js';
import { copyBuild } from './build.js';
import { toFaultList, toFigures } from './figures.js';
import { isLongEnough, toShortfalls } from './hostility.js';
import { judge, type JudgedRun } from './judge.js';
import { lookAfterRuns } from './operator.js';
import { HELP, parseOptions, UsageError, type ChaosOptions } from './options.js';
import { createPlan, describePlan, isWorker, type Plan } from './plan.js';
import { readRun } from './read-run.js';
import { createStage, type Stage } from './stage.js';
import { startRuns } from './start-runs.js';

const CACHE_DIR = fileURLToPath(new URL('../.cache/chaos/', import.meta.url));
/**
 * For what is open when the last blow has been dealt: a kickoff of a dead worker is missed after 24 s,
 * a read that hangs after 30 s, and a few of them can follow each other.
 */
const SETTLE_MS = 240_000;
/** Problems beyond this many do not say more. */
const MOST_PROBLEMS = 20;

async function chaos(options: ChaosOptions): Promise<boolean> {
  const startedAt = performance.now();
  const plan = createPlan(options);
  for (const line of describePlan(plan)) console.log(line);
  await mkdir(CACHE_DIR, { recursive: true });
  const folder = await mkdtemp(join(CACHE_DIR, 'run-'));
  const worker = await copyBuild(folder, options.broken);
  const stage = await createStage({ folder, worker, seed: options.seed });
  const struck = await play(plan, stage, folder);
  const runs: JudgedRun[] = [];
  for (const run of plan.runs) runs.push(await readRun(stage.client, run));
  await stage.stop();

  const verdict = judge({
    runs,
    accepted: readKickoffs(folder).accepted,
    strikes: struck.map(({ target, ...blow }) => ({ ...blow, isWorker: isWorker(target) })),
  });
  const circumstances = {
    struck,
    statusRequests: readStatusRequests(folder),
    ownExits: stage.ownExits(),
    seconds: (performance.now() - startedAt) / 1_000,
  };
  console.log(`Status faults: ${toFaultList(circumstances)}`);
  const problems = [
    ...verdict.problems,
    ...(stage.ownExits() > 0 ? ['A process ended that nobody had struck'] : []),
    ...(isLongEnough(plan) ? toShortfalls(verdict, circumstances) : []),
  ];
  for (const problem of problems.slice(0, MOST_PROBLEMS)) console.log(problem);
  const more = problems.length - MOST_PROBLEMS;
  if (more > 0) console.log(`… and ${more} more`);
  console.log(toFigures(verdict, circumstances));
  const ok = problems.length === 0;
  if (ok) await rm(folder, { recursive: true });
  else console.log(`What was written is in ${relative('.', folder)}.`);
  return ok;
}

async function play(plan: Plan, stage: Stage, folder: string): Promise<StruckBlow[]> {
  const startedAt = performance.now();
  const logFile = join(folder, 'chaos.log');
  const report = (line: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    appendFileSync(logFile, `${seconds.padStart(6)} ${line}\n`);
  };
  let deadline = Infinity;
  const trouble = Promise.all([
    strike(plan, stage.victims, report),
    startRuns(stage.client, plan),
  ]).then(([struck]) => {
    deadline = Date.now() + SETTLE_MS;
    report('the trouble is over');
    return struck;
  });
  const [struck] = await Promise.all([
    trouble,
    lookAfterRuns({
      client: stage.client,
      folder,
      report,
      runs: plan.runs.length,
      deadline: () => deadline,
    }),
  ]);
  return struck;
}

async function main(args: string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (!options.help) return (await chaos(options)) ? 0 : 1;
    console.log(HELP);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message} See --help.`);
      return 2;
    }
    console.error(error);
    return 1;
  }
}

// Whatever is still running after a failure ends with this process.
process.exit(await main(process.argv.slice(2)));
