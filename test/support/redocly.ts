/** Redocly's CLI: lints Arazzo files, and runs them against a server (its command `respect`). */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { startNode } from '../../dev-server/child-process.js';

const cli = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');

export interface RedoclyExit {
  code: number | null;
  stdout: string;
  /** Both streams, in the order in which their lines arrived. */
  output: string;
}

export async function runRedocly(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<RedoclyExit> {
  const child = await startNode([cli, ...args], {
    // Nothing but the file under test: no telemetry, no look for a newer version.
    env: {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
      ...env,
    },
  });
  const { code } = await child.exited;
  return { code, stdout: child.stdout.join('\n'), output: child.lines.join('\n') };
}

const outputs = v.optional(v.record(v.string(), v.string()), {});
const Description = v.object({
  workflows: v.array(
    v.object({
      workflowId: v.string(),
      steps: v.array(v.object({ stepId: v.string(), outputs })),
      outputs,
    }),
  ),
});
type Description = v.InferOutput<typeof Description>;

interface ExecutedStep {
  type: 'step';
  stepId: string;
  response: { body: unknown };
}
interface ExecutedWorkflow {
  type: 'workflow';
  workflowId: string;
  executedSteps: Executed[];
}
type Executed = ExecutedStep | ExecutedWorkflow;

const Executed: v.GenericSchema<unknown, Executed> = v.lazy(() =>
  v.variant('type', [
    v.object({
      type: v.literal('step'),
      stepId: v.string(),
      response: v.object({ body: v.unknown() }),
    }),
    ExecutedWorkflow,
  ]),
);
const ExecutedWorkflow = v.object({
  type: v.literal('workflow'),
  workflowId: v.string(),
  executedSteps: v.array(Executed),
});
const Log = v.object({
  files: v.record(v.string(), v.object({ executedWorkflows: v.array(ExecutedWorkflow) })),
});

export interface ArazzoRun extends RedoclyExit {
  /** What Redocly wrote down of the run. */
  log: string;
  /** The outputs of every workflow of the file that was executed, by name. */
  outputs: Record<string, unknown>;
}

/**
 * Runs one workflow of an Arazzo file. Redocly checks that every output has a value but does not
 * write them down, so they are read from the responses it logged, by the file's own expressions.
 *
 * @param env where Redocly reads its options from, as `REDOCLY_CLI_RESPECT_<OPTION>`
 */
export async function runArazzo(file: string, env: Record<string, string>): Promise<ArazzoRun> {
  const folder = await mkdtemp(join(tmpdir(), 'arazzo-'));
  try {
    const logFile = join(folder, 'log.json');
    const exit = await runRedocly(['respect', file, '--json-output', logFile], env);
    const log = await readFile(logFile, 'utf8');
    const bundle = await runRedocly(['bundle', file, '--ext', 'json']);
    const description = v.parse(Description, JSON.parse(bundle.stdout));
    const { files } = v.parse(Log, JSON.parse(log));
    const executed = Object.values(files).flatMap(({ executedWorkflows }) => executedWorkflows);
    return { ...exit, log, outputs: outputsOf(executed, description) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function outputsOf(executed: readonly Executed[], file: Description): Record<string, unknown> {
  const outputs: Record<string, unknown> = {};
  for (const workflow of executed) {
    if (workflow.type === 'step') continue;
    const { executedSteps, workflowId } = workflow;
    const steps = executedSteps.filter((step) => step.type === 'step');
    const defined = find(file.workflows, (each) => each.workflowId === workflowId);
    for (const [name, expression] of Object.entries(defined.outputs)) {
      const [stepId, output] = match(/^\$steps\.(\w+)\.outputs\.(\w+)$/, expression);
      const step = find(defined.steps, (each) => each.stepId === stepId);
      const [pointer] = match(/^\$response\.body#(.+)$/, step.outputs[output ?? ''] ?? '');
      // The last attempt of a step that was retried.
      const last = find(steps.toReversed(), (each) => each.stepId === stepId);
      outputs[name] = resolve(last.response.body, pointer ?? '');
    }
    Object.assign(outputs, outputsOf(executedSteps, file));
  }
  return outputs;
}

function find<T>(values: readonly T[], fits: (value: T) => boolean): T {
  const found = values.find(fits);
  if (found === undefined) throw new Error(`Nothing like ${String(fits)}`);
  return found;
}

function match(pattern: RegExp, text: string): string[] {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`"${text}" is not ${String(pattern)}`);
  return found.slice(1);
}

function resolve(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => v.parse(v.looseObject({}), value)[name], document);
}
