import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrewRunOutput } from '../../src/contract.js';
import { SIGNALS, UPDATES } from '../../src/contract.js';
import type { KickoffFault, Scenario, StatusFault } from '../../src/testing/index.js';
import type { CrewHarness, CrewRunHandle } from '../support/crew-harness.js';
import { progressOf, quickPolling, startCrewHarness } from '../support/crew-harness.js';
import { jsonText } from '../support/hostile-json.js';
import { OUTPUT_FIELDS } from '../support/output-fields.js';
import { examplesOf, SEED } from '../support/properties.js';

/** In each dialect, all at once. */
const RUNS = 20;
const OUTPUT = 'All about whales';
const ERROR = 'ValueError: no whales';

/** What happens to one run from its kickoff to its end. */
interface Script {
  kickoff: KickoffFault | null;
  /** What the status requests are answered; the last one again and again. */
  statuses: NonNullable<Scenario['statuses']>[number][];
  /** What others do to the run, once it has been polled so often. */
  actions: { afterPolls: number; action: Action }[];
  /** A kickoff of unknown outcome is resolved as the ledger says, or by nobody. */
  operator: boolean;
  notFoundGrace: number;
  onCrewError: 'return' | 'fail';
}
type Action =
  | { type: 'signal'; event: unknown }
  | { type: 'update'; name: string; request: unknown }
  | { type: 'cancel' }
  | { type: 'replaceWorker' };

const REFUSED: KickoffFault = { status: 422, body: { detail: 'Missing inputs: topic' } };
const kickoff = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  fc.constantFrom<KickoffFault>(
    REFUSED,
    { status: 429 },
    { reset: true, accepted: true },
    { reset: true },
    { hang: true, accepted: true },
    { status: 500, accepted: true },
    { status: 503 },
    { html: true },
    { half: true },
    { noKickoffId: true },
    { delayMs: 300 },
  ),
);
const trouble = fc.constantFrom<StatusFault>(
  { status: 500 },
  { status: 503, headers: { 'retry-after': '0' } },
  { status: 401 },
  { reset: true },
  { half: true },
  { html: true },
  { notJson: true },
  { empty: true },
  { word: 'DREAMING' },
  { delayMs: 700 },
);
const goingOn = fc.constantFrom('pending', 'running', 'waiting', 'notFound');
const statuses = fc
  .tuple(
    fc.array(fc.oneof(goingOn, trouble), { maxLength: 8 }),
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom('completed', 'error', 'cancelled') }, goingOn),
  )
  .map(([way, end]) => [...way, end]);
const junk = jsonText.map((json) => JSON.parse(json) as unknown);
const signal: fc.Arbitrary<Action> = fc.record({
  type: fc.constant('signal'),
  event: fc.oneof(
    junk,
    fc.constantFrom({ type: 'x' }, { kickoffId: 'k', runId: 'of another chain' }),
  ),
});
const update: fc.Arbitrary<Action> = fc.record({
  type: fc.constant('update'),
  name: fc.constantFrom(...Object.values(UPDATES)),
  // Never one that could be meant.
  request: fc.oneof(
    junk.map((value) => ({ junk: value })),
    fc.constantFrom([], 7, 'text'),
  ),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: signal },
  { weight: 4, arbitrary: update },
  { weight: 1, arbitrary: fc.constant({ type: 'replaceWorker' }) },
  { weight: 1, arbitrary: fc.constant({ type: 'cancel' }) },
);
const script: fc.Arbitrary<Script> = fc.record({
  kickoff,
  statuses,
  actions: fc.array(
    fc.record({
      afterPolls: fc.nat(4),
      action,
    }),
    { maxLength: 3 },
  ),
  operator: fc.boolean(),
  notFoundGrace: fc.constantFrom(0, 300, 60_000),
  onCrewError: fc.constantFrom('return', 'fail'),
});

/** The run ends by itself, unless its timeout is what is tried: then it must not end before. */
const TIMEOUT_MS = { ending: 60_000, endless: 3_000 };
const isEnd = (status: unknown) => ['completed', 'error', 'cancelled'].includes(String(status));

describe.each(['live', 'documented'] as const)('whatever happens to a run (%s)', (dialect) => {
  let crew: CrewHarness;
  /** One after the other. */
  let replacing = Promise.resolve();
  const scenarios = new Map<string, Scenario[]>();
  beforeAll(async () => {
    crew = await startCrewHarness({
      amp: {
        dialect,
        // A kickoff that is sent again meets no fault.
        scenario: ({ inputs }) => {
          const left = scenarios.get(String(inputs['script']));
          return (left?.length === 1 ? left[0] : left?.shift()) ?? {};
        },
      },
    });
  });
  afterAll(async () => {
    await replacing;
    await crew.stop();
  });

  it('it comes to one end, and that is what happened', { timeout: 180_000 }, async () => {
    const ends = await Promise.all(
      examplesOf(RUNS, script).map(async (example, index) => {
        const name = `script ${index} of PROPERTY_SEED=${SEED}: ${JSON.stringify(example)}`;
        const replaceWorker = () => (replacing = replacing.then(() => crew.replaceWorker()));
        return play(crew, scenarios, example, `${index}`, replaceWorker).catch((cause: unknown) => {
          throw new Error(name, { cause });
        });
      }),
    );
    // The scripts are no monoculture.
    expect(new Set(ends).size).toBeGreaterThanOrEqual(5);
  });
});

async function play(
  crew: CrewHarness,
  scenarios: Map<string, Scenario[]>,
  example: Script,
  key: string,
  replaceWorker: () => Promise<void>,
): Promise<string> {
  const { operator, notFoundGrace, onCrewError } = example;
  const scenario: Scenario = {
    tasks: [{ name: 'write', output: OUTPUT }],
    error: ERROR,
    statuses: example.statuses,
  };
  scenarios.set(
    key,
    example.kickoff === null
      ? [scenario]
      : [{ ...scenario, kickoff: { fault: example.kickoff } }, scenario],
  );
  const timeout = isEnd(example.statuses.at(-1)) ? TIMEOUT_MS.ending : TIMEOUT_MS.endless;
  const handle = await crew.start({
    inputs: { script: key },
    polling: quickPolling,
    timeout,
    adoptionWindow: operator ? '1h' : 500,
    notFoundGrace,
    onCrewError,
  });
  const accepted = () => crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId);
  const polls = () => accepted().flatMap(({ kickoffId }) => crew.amp.ledger.pollsOf(kickoffId));

  const end = toEnd(handle);
  const over = end.then(() => undefined);
  const acting = example.actions.map(async ({ afterPolls, action }) => {
    const polled = crew.amp.ledger.until(() => polls().length >= afterPolls);
    // It rejects when the API is stopped, at the end of the test.
    await Promise.race([over, polled.catch(() => undefined)]);
    await act(handle, action, replaceWorker);
  });
  if (operator) acting.push(resolve(crew, handle, over));
  const { word, output, failure } = await end;
  await Promise.all(acting);

  const [kickoff] = accepted();
  const kickoffId = kickoff?.kickoffId ?? null;
  const { startTime, closeTime, raw } = await handle.describe();
  const tookMs = (closeTime?.getTime() ?? NaN) - startTime.getTime();
  const last = example.statuses.at(-1);
  expect(accepted().length).toBeLessThanOrEqual(1);
  expect(raw.pendingActivities ?? []).toEqual([]);
  if (output !== null) {
    expect(output).toEqual({ ...output, kickoffId, outputJson: null });
    expect(Object.values(output)).not.toContain(undefined);
    expect(Object.keys(output).sort()).toEqual(OUTPUT_FIELDS);
  } else if (word !== 'cancelled') {
    expect(failure?.details?.[0]).toMatchObject({
      kickoffId: word === 'CrewAI.KickoffOutcomeUnknown' ? null : kickoffId,
    });
  }
  switch (word) {
    case 'completed':
      expect(last).toBe('completed');
      expect(output).toMatchObject({ output: OUTPUT, error: null });
      break;
    case 'error':
      expect([last, onCrewError]).toEqual([expect.stringMatching(/^(error|cancelled)$/), 'return']);
      expect(output).toMatchObject({ output: null, error: expect.any(String) as string });
      break;
    case 'CrewAI.CrewExecutionFailed':
      expect([last, onCrewError]).toEqual([expect.stringMatching(/^(error|cancelled)$/), 'fail']);
      break;
    case 'CrewAI.KickoffRejected':
      expect([example.kickoff, kickoffId]).toEqual([REFUSED, null]);
      break;
    case 'CrewAI.KickoffOutcomeUnknown':
      expect(operator && tookMs < timeout).toBe(false);
      break;
    case 'CrewAI.CrewRunNotFound':
      expect(example.statuses).toContain('notFound');
      expect(polls().at(-1)?.answered).toMatch(/NOT FOUND|No execution found/);
      break;
    case 'CrewAI.TimedOut':
      expect(tookMs).toBeGreaterThanOrEqual(timeout);
      break;
    case 'cancelled':
      expect(example.actions.map(({ action }) => action.type)).toContain('cancel');
      break;
    default:
      expect.fail(`an end of no contract: ${word} ${failure?.message}`);
  }
  return word;
}

interface End {
  word: string;
  output: CrewRunOutput | null;
  failure: ApplicationFailure | null;
}

async function toEnd(handle: CrewRunHandle): Promise<End> {
  try {
    const output = await handle.result();
    return { word: output.status, output, failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure)
      return { word: 'cancelled', output: null, failure: null };
    if (!(cause instanceof ApplicationFailure)) throw error;
    return { word: cause.type ?? 'none', output: null, failure: cause };
  }
}

async function act(
  handle: CrewRunHandle,
  action: Action,
  replaceWorker: () => Promise<void>,
): Promise<void> {
  switch (action.type) {
    case 'signal':
      // The run may be over.
      await handle.signal(SIGNALS.crewEvent, action.event).catch(() => undefined);
      break;
    case 'update':
      await expect(
        handle.executeUpdate(action.name, { args: [action.request] }),
      ).rejects.toBeInstanceOf(Error);
      break;
    case 'cancel':
      await handle.cancel();
      break;
    case 'replaceWorker':
      await replaceWorker();
      break;
  }
}

/** Says what the ledger says of a kickoff of unknown outcome, when there is one. */
async function resolve(
  crew: CrewHarness,
  handle: CrewRunHandle,
  over: Promise<void>,
): Promise<void> {
  let isOver = false;
  void over.then(() => (isOver = true));
  while (!isOver) {
    // One that has to be asked again is: see "ask again" in docs/how-it-works.md.
    const phase = await progressOf(handle).then(
      (progress) => progress.phase,
      () => null,
    );
    if (phase === 'kickoffUnknown') {
      const [kickoff] = crew.amp.ledger.kickoffsOfWorkflow(handle.workflowId);
      const update =
        kickoff === undefined
          ? handle.executeUpdate(UPDATES.retryKickoff, { args: [{}] })
          : handle.executeUpdate(UPDATES.adoptKickoff, {
              args: [{ kickoffId: kickoff.kickoffId }],
            });
      // It may have been cancelled, or resolved, at this moment.
      await update.catch(() => undefined);
    }
    await new Promise((next) => setTimeout(next, 100));
  }
}
