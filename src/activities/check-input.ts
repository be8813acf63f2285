import * as v from 'valibot';
import type { CheckInputRequest, RunSettings } from '../contract.js';
import { DEFAULT_CREW, DEFAULT_TIMEOUT, SEALED_TOKEN } from '../contract.js';
import type { Crews } from '../crews.js';
import { DURATION_FORMAT, parseDurationMs } from '../duration.js';
import { SealedTokenError } from '../sealing/open-token.js';
import { createFailure, createUnknownCrew } from './failures.js';
import { cutMistakes, findExcess } from './input-limits.js';
import type { OpenForThisRun } from './open-for-this-run.js';

/** Polling faster than this loads a crew's API and a history for nothing a person could notice. */
const SHORTEST_INTERVAL_MS = 10;
/** Ten years: no crew runs that long, and a time that no date can hold would stop the workflow. */
const LONGEST_MS = 3_650 * 86_400_000;

const duration = (shortestMs: number) =>
  v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const parsed = parseDurationMs(dataset.value);
      if (parsed === null) {
        addIssue({ message: `has to be a duration: ${DURATION_FORMAT}` });
      } else if (parsed < shortestMs) {
        addIssue({ message: `has to be at least ${shortestMs} ms` });
      } else if (parsed > LONGEST_MS) {
        addIssue({ message: 'has to be at most 3650 days' });
      } else {
        return parsed;
      }
      return NEVER;
    }),
  );

const text = v.pipe(
  v.string('has to be a text'),
  v.check((value) => value.trim() !== '', 'must not be empty'),
);
/** Names and ids stand in messages, in the memo and in URLs, which longer ones do not fit. */
const LONGEST_NAME = 200;
const name = v.pipe(
  text,
  v.maxLength(LONGEST_NAME, `must not be longer than ${LONGEST_NAME} characters`),
);
const objectOr = (message: string) =>
  v.custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    message,
  );
const object = objectOr('has to be an object');
/** An object of these fields alone. The library's `strictObject` names only the first other one. */
const fields = <Entries extends v.ObjectEntries>(of: string, entries: Entries) =>
  v.objectWithRest(
    entries,
    v.custom<unknown>(() => false, `is not a field of ${of}`),
  );
const abandon = v.optional(
  v.literal('abandon', 'has to be "abandon": this version cannot stop a crew'),
  'abandon',
);

const Polling = v.pipe(
  object,
  fields('polling', {
    initialInterval: v.optional(duration(SHORTEST_INTERVAL_MS), '2s'),
    backoffCoefficient: v.optional(
      v.pipe(
        v.number('has to be a number'),
        v.minValue(1, 'has to be at least 1'),
        v.maxValue(100, 'has to be at most 100'),
      ),
      1.1,
    ),
    maximumInterval: v.optional(duration(SHORTEST_INTERVAL_MS), '30s'),
    pushInterval: v.optional(duration(SHORTEST_INTERVAL_MS), '5m'),
  }),
);

const Input = v.pipe(
  objectOr('the input has to be one object, such as { "inputs": { "topic": "AI" } }'),
  fields('the input', {
    inputs: v.optional(object),
    meta: v.optional(
      v.pipe(
        object,
        v.check(
          (meta) => !Object.hasOwn(meta, 'temporal'),
          'must not have the key "temporal": it is set by the workflow',
        ),
      ),
    ),
    crew: v.optional(name, DEFAULT_CREW),
    bearerToken: v.optional(
      v.custom<string>(
        (value) => typeof value === 'string' && SEALED_TOKEN.test(value),
        'is refused, since it is not sealed: it now stands in this workflow’s history, so it has to ' +
          'be considered exposed, and reset. Configure the token at the worker (CREWAI_AMP_TOKEN, ' +
          'or `token` in its crews file), or seal it (`temporal-crewai token seal`)',
      ),
    ),
    restoreFromStateId: v.optional(text),
    kickoffId: v.optional(
      v.pipe(
        name,
        v.check((id) => id.isWellFormed(), 'must not hold half of a surrogate pair'),
      ),
    ),
    polling: v.optional(Polling, {}),
    timeout: v.optional(duration(1), DEFAULT_TIMEOUT),
    adoptionWindow: v.optional(duration(1), '1h'),
    notFoundGrace: v.optional(duration(0), '10m'),
    onCrewError: v.optional(
      v.picklist(['return', 'fail'], 'has to be "return" or "fail"'),
      'return',
    ),
    onCancel: abandon,
    onTimeout: abandon,
  }),
);

const NothingToDo = v.pipe(
  object,
  v.object({ inputs: v.optional(v.undefined()), kickoffId: v.optional(v.undefined()) }),
);
const INPUTS_MISSING =
  'inputs is missing: the inputs of the crew as an object ({} for none), unless a kickoffId is given';

/**
 * Checks a workflow's input, names all its mistakes at once, and fills in the defaults.
 *
 * @throws ApplicationFailure `InvalidInput` or `UnknownCrew`
 */
export async function checkInput(
  crews: Crews,
  open: OpenForThisRun,
  { input }: CheckInputRequest,
): Promise<RunSettings> {
  const excess = findExcess(input);
  if (excess !== null) throw createInvalidInput([excess]);
  const checked = v.safeParse(Input, input);
  const mistakes = [
    ...toMistakes(checked.issues ?? []),
    // Not by the library, whose `partialCheck` takes time by the square of the other mistakes.
    ...(v.is(NothingToDo, input) ? [INPUTS_MISSING] : []),
  ];
  if (!checked.success || mistakes.length > 0) throw createInvalidInput(mistakes);
  const { polling, bearerToken, ...settings } = checked.output;
  const crew = crews.get(settings.crew);
  if (crew === undefined) throw createUnknownCrew(settings.crew, crews);
  if (bearerToken !== undefined) await assertOpens(open, bearerToken, settings.crew);
  return {
    crew: settings.crew,
    initialIntervalMs: polling.initialInterval,
    backoffCoefficient: polling.backoffCoefficient,
    maximumIntervalMs: Math.max(polling.maximumInterval, polling.initialInterval),
    timeoutMs: settings.timeout,
    adoptionWindowMs: settings.adoptionWindow,
    notFoundGraceMs: settings.notFoundGrace,
    onCrewError: settings.onCrewError,
    kickoffId: settings.kickoffId ?? null,
    kickoffTimeoutMs: crew.kickoffTimeoutMs,
  };
}

/** Here, where whoever started the run still looks at it, and before anything is sent. */
async function assertOpens(open: OpenForThisRun, bearerToken: string, crew: string): Promise<void> {
  try {
    await open(bearerToken, crew);
  } catch (error) {
    if (!(error instanceof SealedTokenError)) throw error;
    throw createInvalidInput([`bearerToken ${error.message}`]);
  }
}

/** Names fields and what is wrong with them, never their values: a value may be a secret. */
function toMistakes(issues: v.BaseIssue<unknown>[]): string[] {
  return issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path} ${issue.message}`;
  });
}

function createInvalidInput(all: string[]) {
  const mistakes = cutMistakes(all);
  return createFailure('InvalidInput', `The input is not valid: ${mistakes.join('; ')}.`, {
    kickoffId: null,
    mistakes,
  });
}
