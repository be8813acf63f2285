import { API_SITUATIONS } from './api-situations.js';
import { CANCEL_SITUATIONS } from './cancel-situations.js';
import { WHEN_CANCELLED } from './cancelled.js';
import { RETRY_SITUATIONS, SAME_ID_SITUATIONS } from './rerun-situations.js';
import { RESET_SITUATIONS } from './reset-situations.js';
import type { ChainSituation, Row, Situation } from './situation.js';
import { OUTCOMES, REACTIONS } from './situation.js';
import {
  LOST_CALL_SITUATIONS,
  NO_WORKER_SITUATIONS,
  OUTAGE_SITUATIONS,
  SHUTDOWN_SITUATIONS,
} from './temporal-situations.js';
import { KILL_SITUATIONS, STOP_SITUATIONS } from './worker-situations.js';

const INTRODUCTION = `# What can happen to a kickoff

A \`POST /kickoff\` starts a crew, and the API cannot be asked later whether one did. This page has what
can go wrong with it, whether the crew was started, and what the run does by itself. A run needs you where
it waits as \`kickoffUnknown\`.

- **Outcome** is what the run takes its kickoff for: _accepted_, _refused_, _not acted on_, _unknown_, or
  _not sent_ at all. Only one that was not acted on is sent again without a person.
- **Accepted** is the number of kickoffs of one chain of runs that the API has accepted when the run has
  done by itself all that it does. It is never 2. Where it is "0 or 1", nobody but the API knows which, and
  both are played.
- **The run** then does what it says, where
  - the _backoff_ is 1 s, 2 s, 4 s and so on, at most a minute; \`Retry-After\` counts where it is longer,
    up to an hour.
  - a run that _waits as \`kickoffUnknown\`_ does so up to \`adoptionWindow\`, and fails with
    \`KickoffOutcomeUnknown\` after that. Its details in the Web UI and \`temporal-crewai status ID\` say what
    to look for in AMP, and the two commands that resolve it: \`temporal-crewai adopt ID KICKOFF_ID\` where
    the crew was started, \`temporal-crewai retry-kickoff ID\` where it was not.

Each row is played by a test in \`test/kickoff-outcomes/\`, on a real Temporal server: answers come from the
simulated AMP, which counts the kickoffs that it has accepted; broken connections from a server that breaks
them at that byte; lost calls to Temporal from a proxy before it. A run that waits for a person is resolved
by the command that it names, and returns the result of the one kickoff that was accepted; each history is
replayed. The tests fail when this page says anything else than what they have seen.
\
`;

type CancelledRow = NonNullable<Situation<never>['whenCancelled']>;

interface Section {
  title: string;
  text?: string;
  rows: readonly (Situation<never> | CancelledRow | ChainSituation<never>)[];
}

const SECTIONS_OF_ONE_KICKOFF: readonly Section[] = [
  {
    title: 'The request is never sent',
    text: 'Whatever fails before the connection is handed over was not sent.',
    rows: API_SITUATIONS.NEVER_SENT,
  },
  {
    title: 'It is sent, and no whole answer comes',
    text: 'Whatever fails from then on may have been acted on.',
    rows: API_SITUATIONS.SENT,
  },
  { title: 'The API, or a gateway before it, answers', rows: API_SITUATIONS.ANSWERED },
  {
    title: 'The worker is killed',
    text: 'With SIGKILL; another one is started. Temporal gives the attempt up after `kickoff_timeout` and 15 s.',
    rows: KILL_SITUATIONS,
  },
  {
    title: 'The worker is stopped, and goes on too late',
    text:
      'With SIGSTOP, and SIGCONT when Temporal has given up the attempt. Before it sends, a worker asks ' +
      'Temporal whether the attempt still counts, and looks at its own clock. One that is stopped in the ' +
      'instant after that does send when it goes on: the run waits as `kickoffUnknown` then, and the id ' +
      'comes by itself. So let a worker that is stopped go on, or end it, before you say `retry-kickoff`.',
    rows: STOP_SITUATIONS,
  },
  {
    title: 'The worker is told to end',
    text: 'With SIGTERM, or `Worker.shutdown()`. It ends when its kickoffs have.',
    rows: SHUTDOWN_SITUATIONS,
  },
  {
    title: 'Temporal is out of reach',
    text:
      'The tests make it so until Temporal has given up the attempt, which is 23 s there and 75 s by ' +
      'default. What comes later is the same, however long it lasts: the worker signals the id every ' +
      '15 s until Temporal has it.',
    rows: OUTAGE_SITUATIONS,
  },
  { title: 'A single call to Temporal is lost', rows: LOST_CALL_SITUATIONS },
];

const CANCELLED: Section = {
  title: 'The run is cancelled',
  text: `Each row above is played a second time, by a run that is cancelled while its kickoff is under way.
Once that was sent, the cancellation waits for what becomes of it:

${toTable(
  ['Outcome', 'The run'],
  (['accepted', 'refused', 'notActedOn', 'unknown'] as const).map((outcome) => [
    OUTCOMES[outcome],
    REACTIONS[WHEN_CANCELLED[outcome]],
  ]),
)}

These are different, or come at another time:`,
  rows: [
    ...SECTIONS_OF_ONE_KICKOFF.flatMap(({ rows }) => rows).flatMap((row) =>
      'whenCancelled' in row && row.whenCancelled ? [row.whenCancelled] : [],
    ),
    ...CANCEL_SITUATIONS,
  ],
};

const OTHER_SECTIONS: readonly Section[] = [
  { title: 'There is no worker', rows: NO_WORKER_SITUATIONS },
  {
    title: 'The run is reset',
    text: 'A run that was reset sends nothing, unless a person says so to it.',
    rows: RESET_SITUATIONS,
  },
  {
    title: 'Retry policies and timeouts of the workflow, termination, cron',
    text: 'None of them is needed: `timeout` in the input ends a run with all that it knows.',
    rows: RETRY_SITUATIONS,
  },
  {
    title: 'The workflow id is used again',
    text: 'Accepted counts each chain. The `Idempotency-Key` of another chain is another one.',
    rows: SAME_ID_SITUATIONS,
  },
];

/** `docs/kickoff-outcomes.md`, before it is formatted. */
export function toDocument(): string {
  const sections = [...SECTIONS_OF_ONE_KICKOFF, CANCELLED, ...OTHER_SECTIONS];
  return [INTRODUCTION, ...sections.map(toSection)].join('\n');
}

function toSection({ title, text, rows }: Section): string {
  const hasOutcomes = rows.some((row) => 'outcome' in row);
  const header = hasOutcomes
    ? ['What happens', 'Outcome', 'Accepted', 'The run']
    : ['What happens', 'Accepted', 'The run'];
  return [
    `## ${title}\n`,
    ...(text === undefined ? [] : [`${text}\n`]),
    toTable(
      header,
      rows.map((row) => [
        row.what.replace(/\.$/, ''),
        ...('outcome' in row ? [OUTCOMES[row.outcome]] : []),
        toNumbers(row),
        'outcome' in row ? REACTIONS[row.run] : row.run,
      ]),
    ),
    '',
  ].join('\n');
}

function toNumbers({ accepted }: Row): string {
  return accepted.join(' or ');
}

function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(toLine).join('\n');
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
