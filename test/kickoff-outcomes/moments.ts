import { randomUUID } from 'node:crypto';
import type { CrewRunHandle } from '../support/crew-harness.js';
import type { HeldCalls } from './temporal-door.js';
import type { CrewStage, RunOnStage, Stage } from './stage.js';

/** A run whose kickoff is at one moment, and stays there until it is told to go on. */
export interface AtMoment {
  handle: CrewRunHandle;
  goOn: () => void;
}

/** The worker is connected, and asks Temporal whether the attempt still counts; nothing is sent. */
export function startUpToLastCheck(stage: Stage): Promise<AtMoment> {
  return startUpToCall(stage, 'RecordActivityTaskHeartbeat', 'sending');
}

/** The worker has the id, and signals it. */
export function startUpToSignal(stage: Stage): Promise<AtMoment> {
  return startUpToCall(stage, 'SignalWorkflowExecution', 'kickoffId');
}

/** Temporal has the id, and the attempt reports that it is done. */
export function startUpToReport(stage: Stage): Promise<AtMoment> {
  return startUpToCall(stage, 'RespondActivityTaskCompleted', 'accepted');
}

async function startUpToCall(stage: Stage, method: string, mention: string): Promise<AtMoment> {
  const workflowId = `run-${randomUUID()}`;
  const calls: HeldCalls = stage.door.hold({ method, mentions: [workflowId, mention] });
  const handle = await stage.start({ options: { workflowId } });
  await calls.arrived;
  return { handle, goOn: calls.release };
}

/**
 * The API has answered, and its answer is on the way.
 *
 * @param kickoffTimeoutMs how long it may be on the way; default: longer than any test has it there
 */
export async function startUpToAnswer(
  stage: CrewStage,
  run: RunOnStage = {},
  kickoffTimeoutMs = 60_000,
): Promise<AtMoment> {
  let goOn = () => undefined as void;
  let arrive = () => undefined as void;
  const goesOn = new Promise<void>((resolve) => (goOn = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const crew = await stage.addCrewBehindDoor(
    async ({ worker, forward }) => {
      const api = await forward();
      arrive();
      await goesOn;
      api.pipe(worker);
    },
    { kickoffTimeoutMs },
  );
  const handle = await stage.start({ ...run, input: { ...run.input, crew } });
  await arrived;
  return { handle, goOn };
}
