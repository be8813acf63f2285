import { randomUUID } from 'node:crypto';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { inject } from 'vitest';
import type { Crew } from '../../src/crews.js';
import type {
  Kickoff,
  KickoffFault,
  ReceivedKickoff,
  Scenario,
  ScenarioRequest,
  SimulatedAmp,
} from '../../src/testing/index.js';
import type { CrewHarness, CrewHarnessOptions, CrewRunHandle } from '../support/crew-harness.js';
import { quickPolling, startCrewHarness } from '../support/crew-harness.js';
import type { Visit } from './crew-door.js';
import { openCrewDoor } from './crew-door.js';
import type { TemporalDoor } from './temporal-door.js';
import { openTemporalDoor } from './temporal-door.js';

/** What the tests of all situations need to start a run, and to follow it. */
export interface Stage {
  amp: SimulatedAmp;
  /** Reaches Temporal, whatever the worker does. */
  client: Client;
  /** Between the worker and Temporal. */
  door: TemporalDoor;
  start(run?: RunOnStage): Promise<CrewRunHandle>;
  /** All runs so far, those after a reset too. */
  runs: CrewRunHandle[];
  /** What happens while a disaster lasts; it ends when all of this is done. */
  meanwhile: (() => Promise<void>)[];
}

/** A function where it depends on when the kickoff is answered. */
export type PlannedFault = KickoffFault | (() => KickoffFault);

export interface RunOnStage {
  /** How the API answers this run's kickoffs, one after the other; later ones as usual. */
  faults?: PlannedFault[];
  /** What the crew does then. Default: it has completed when it is first asked. */
  scenario?: Scenario;
  /** Fields of the input, beside `polling` and `inputs`. */
  input?: Record<string, unknown>;
  /** One more of the crew's inputs. */
  ballast?: string;
  options?: Partial<WorkflowStartOptions>;
}

/** A stage with a worker in this process, which knows a crew more with each `addCrew`. */
export interface CrewStage extends Stage {
  crew: CrewHarness;
  /** Returns its name. */
  addCrew(crew: Partial<Crew>): string;
  /** A crew whose API is behind a door that the first connection does not pass unharmed. */
  addCrewBehindDoor(
    meet: (visit: Visit) => void | Promise<void>,
    options?: { port?: number; kickoffTimeoutMs?: number },
  ): Promise<string>;
  beforeClose(act: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Answers of the API by run, whichever other runs there are. */
export function createFaultPlans() {
  const plans = new Map<unknown, { faults: PlannedFault[]; scenario: Scenario }>();
  return {
    scenario: ({ inputs }: ScenarioRequest): Scenario => {
      const { faults, scenario } = plans.get(inputs['run']) ?? { faults: [], scenario: {} };
      const planned = faults.shift();
      const fault = typeof planned === 'function' ? planned() : planned;
      return { polls: 1, output: 'done', ...scenario, ...(fault && { kickoff: { fault } }) };
    },
    toInput(plan: RunOnStage): Record<string, unknown> {
      const { faults = [], scenario = {}, input = {}, ballast = '' } = plan;
      const run = randomUUID();
      plans.set(run, { faults: [...faults], scenario });
      return { inputs: { run, ballast }, polling: quickPolling, ...input };
    },
  };
}

export async function openStage(
  options: Pick<CrewHarnessOptions, 'worker'> = {},
): Promise<CrewStage> {
  const door = await openTemporalDoor(inject('temporalAddress'));
  const plans = createFaultPlans();
  const crew = await startCrewHarness({
    ...options,
    workerAddress: door.address,
    amp: { scenario: plans.scenario },
  });
  const closing: (() => Promise<void>)[] = [];
  const runs: CrewRunHandle[] = [];
  const addCrew = (more: Partial<Crew>) => {
    const name = `crew-${crew.crews.size}`;
    crew.crews.set(name, { ...crew.crew, ...more, name });
    return name;
  };
  return {
    crew,
    amp: crew.amp,
    client: crew.client,
    door,
    addCrew,
    async addCrewBehindDoor(meet, { port, ...options } = {}) {
      const crewDoor = await openCrewDoor(crew.amp.port, meet, port);
      closing.push(crewDoor.close);
      return addCrew({ url: crewDoor.url, ...options });
    },
    async start(run = {}) {
      const handle = await crew.start(plans.toInput(run), run.options);
      runs.push(handle);
      return handle;
    },
    runs,
    meanwhile: [],
    beforeClose: (act) => closing.push(act),
    async close() {
      await Promise.all(closing.map((close) => close()));
      await crew.stop();
      await door.close();
    },
  };
}

/** The kickoffs of this run's chain that were accepted. */
export function acceptedOf({ amp }: Stage, handle: CrewRunHandle): Kickoff[] {
  return amp.ledger.kickoffs.filter((kickoff) => isOfChain(kickoff, handle));
}

/** Those that reached the API, whatever became of them. */
export function receivedOf({ amp }: Stage, handle: CrewRunHandle): ReceivedKickoff[] {
  return amp.ledger.received.filter((kickoff) => isOfChain(kickoff, handle));
}

function isOfChain(
  { meta }: Pick<ReceivedKickoff, 'meta'>,
  { workflowId, firstExecutionRunId }: CrewRunHandle,
): boolean {
  const { temporal } = meta as { temporal: Record<string, unknown> };
  return (
    temporal['workflowId'] === workflowId && temporal['firstExecutionRunId'] === firstExecutionRunId
  );
}
