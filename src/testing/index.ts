/**
 * A simulated CrewAI AMP: a real HTTP server that answers as a deployed crew does, in either dialect
 * of its API, goes wrong as told, and keeps a ledger of what reached it. For tests, demos and
 * benchmarks of anything that runs crews; it needs nothing but Node.
 *
 * Start with {@link startSimulatedAmp}.
 */
export { startSimulatedAmp, type SimulatedAmp, type SimulatedAmpOptions } from './simulated-amp.js';
export { DIALECTS, type CrewKind, type DialectName } from './dialect.js';
export { exampleCrew, exampleTasks, type ExampleCrewOptions } from './example-crew.js';
export {
  RUN_STATES,
  type RunState,
  type Scenario,
  type ScenarioChoice,
  type ScenarioRequest,
  type ScenarioTask,
  type ScenarioWait,
} from './scenario.js';
export type {
  Fault,
  FaultPlan,
  FaultRequest,
  Faults,
  KickoffFault,
  StatusFault,
} from './faults.js';
export {
  readLedger,
  type Kickoff,
  type Ledger,
  type LedgerRequest,
  type ReceivedKickoff,
} from './ledger.js';
