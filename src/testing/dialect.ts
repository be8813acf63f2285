/** What the two dialects of the API have in common: the questions they answer. */
import type { RunProgress } from './progress.js';
import type { ResolvedScenario } from './scenario.js';

/** How a deployed crew answers: as CrewAI's OpenAPI file says, or as deployments do. */
export const DIALECTS = ['documented', 'live'] as const;
export type DialectName = (typeof DIALECTS)[number];

export type CrewKind = 'crew' | 'flow';

/** An answer, and what the ledger calls it. */
export interface Answer {
  httpStatus: number;
  /** The status word for a status request, else a short name. */
  answered: string;
  /** A string is sent as plain text, all else as JSON. */
  body: unknown;
}

/** A run as a dialect tells of it. */
export interface RunView {
  kickoffId: string;
  kind: CrewKind;
  meta: Record<string, unknown> | null;
  scenario: ResolvedScenario;
  acceptedAtMs: number;
  progress: RunProgress;
}

/** A field of the kickoff request that is absent or of the wrong type. */
export interface FieldProblem {
  field: string;
  expected: 'present' | 'object' | 'string';
}

export interface Dialect {
  /** `word` in place of the run's own status word. */
  status(run: RunView, word?: string): Answer;
  notFound(kickoffId: string): Answer;
  unauthorized(): Answer;
  missingInputs(names: string[]): Answer;
  wrongFields(problems: FieldProblem[]): Answer;
  notJson(): Answer;
  noSuchRoute(): Answer;
}
