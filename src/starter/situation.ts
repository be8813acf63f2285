import type { CrewRunProgress, CrewStatus } from '../contract.js';
import type { RunView } from './run-view.js';
import { toSafeLine } from './safe-text.js';

/** How a run stands, in a few words. `attention` waits for a person. */
export interface Situation {
  tone: 'busy' | 'attention';
  words: string;
}

const STATUS_WORDS: Record<CrewStatus, string> = {
  pending: 'pending',
  running: 'running',
  waiting: 'waiting for a person',
  completed: 'completed',
  error: 'ended in error',
  cancelled: 'cancelled',
  notFound: 'not found by the API',
  unknown: 'in a status nobody knows',
};

export function toSituation({ progress, worker, taskQueue }: RunView): Situation {
  if (progress !== null) return toPhaseSituation(progress);
  switch (worker) {
    case 'none':
      return {
        tone: 'attention',
        words: `waiting for a worker: none serves the task queue "${toSafeLine(taskQueue)}"`,
      };
    case 'silent':
      return { tone: 'busy', words: 'waiting for the worker to answer' };
    case 'answers':
      return { tone: 'busy', words: 'starting' };
  }
}

function toPhaseSituation({ phase, status, kickoffId }: CrewRunProgress): Situation {
  switch (phase) {
    case 'kickingOff':
      return { tone: 'busy', words: kickoffId === null ? 'kicking off' : 'kicked off' };
    case 'kickoffUnknown':
      return { tone: 'attention', words: 'kickoff outcome unknown' };
    case 'polling':
      return { tone: 'busy', words: status === null ? 'kicked off' : STATUS_WORDS[status] };
    case 'onHold':
      return { tone: 'attention', words: 'on hold: the token is refused' };
    case 'waitingForFeedback':
      return { tone: 'attention', words: 'waiting for a person' };
    case 'collecting':
      return { tone: 'busy', words: 'collecting the result' };
    case 'done':
      return { tone: 'busy', words: status === null ? 'done' : STATUS_WORDS[status] };
    default:
      // A newer worker may have phases that this program does not know.
      return { tone: 'busy', words: toSafeLine(phase satisfies never) };
  }
}

/** What stands in the way of knowing more, most serious first. */
export function toTroubles(view: RunView): string[] {
  const { connected, progress, worker, workerProblem, retrying } = view;
  const troubles: string[] = [];
  if (!connected) troubles.push('lost the connection to Temporal, trying again');
  if (progress !== null && worker === 'none') {
    troubles.push(
      `no worker serves the task queue "${toSafeLine(view.taskQueue)}": waiting for one`,
    );
  }
  if (progress !== null && worker === 'silent') troubles.push('the worker does not answer now');
  if (workerProblem !== null) troubles.push(`the worker cannot tell: ${toSafeLine(workerProblem)}`);
  if (retrying !== null) {
    const { activity, attempt, reason } = retrying;
    troubles.push(`${activity}, attempt ${attempt}${reason && `: ${toSafeLine(reason)}`}`);
  } else if (progress?.lastError) {
    troubles.push(toSafeLine(progress.lastError));
  }
  return troubles;
}

/** What a person has to do for the run to go on; empty where nothing is asked for. */
export function toGuidance(view: RunView, toCommand: (words: string[]) => string): string[] {
  const { workflowId, startedAt, crew, progress } = view;
  const ofCrew = crew === null ? '' : ` of crew "${toSafeLine(crew)}"`;
  if (progress?.phase === 'kickoffUnknown') {
    const about = `${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return [
      `The answer to the kickoff was lost: the crew may be running or not. Look at the executions${ofCrew} in CrewAI's dashboard for one from about ${about} whose meta.temporal.workflowId is ${toSafeLine(workflowId)}.`,
      'It is there: give its id to the run with',
      `  ${toCommand(['adopt', workflowId, 'KICKOFF_ID'])}`,
      'It is not there: start the crew once more with',
      `  ${toCommand(['retry-kickoff', workflowId])}`,
    ];
  }
  if (progress?.phase === 'onHold') {
    return [
      `Mend the token${ofCrew} where the worker has it (CREWAI_AMP_TOKEN or crews.toml): a token file is read again, a variable needs a restart. The run then goes on by itself.`,
      'If the run brought its token along, give it a new one with',
      `  ${toCommand(['token', 'replace', workflowId, '--bearer-token-file', 'FILE'])}`,
    ];
  }
  return [];
}

/** `1/3`, or null where the API does not say. */
export function toTaskCount({ completedTasks, totalTasks }: CrewRunProgress): string | null {
  if (completedTasks === null && totalTasks === null) return null;
  return `${completedTasks ?? '?'}/${totalTasks ?? '?'}`;
}
