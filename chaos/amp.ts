/** The simulated AMP as a process to be killed: a server for each dialect, which keep what they know. */
import * as v from 'valibot';
import { DIALECTS, startSimulatedAmp, type DialectName } from '../src/testing/index.js';
import {
  AMP_READY,
  AmpOptions,
  toLedgerFile,
  toWorkflowId,
  writeStatusRequest,
} from './amp-files.js';
import { CrewInputs, toScenario } from './crew.js';
import { createRandom } from './random.js';
import { planStatusFaults } from './status-faults.js';

const { folder, seed, life, ports } = v.parse(AmpOptions, JSON.parse(process.argv[2] ?? ''));

async function start(dialect: DialectName): Promise<void> {
  const random = createRandom(`${seed} ${dialect} ${life}`);
  const amp = await startSimulatedAmp({
    dialect,
    port: ports[dialect],
    ledgerFile: toLedgerFile(folder, dialect),
    scenario: ({ inputs, meta }) => {
      const workflowId = toWorkflowId(meta);
      // This one is among them.
      const received = amp.ledger.received.filter((each) => toWorkflowId(each.meta) === workflowId);
      return toScenario(v.parse(CrewInputs, inputs), received.length === 1);
    },
    faults: { status: planStatusFaults(random, (fault) => writeStatusRequest(folder, fault)) },
  });
}

await Promise.all(DIALECTS.map(start));
console.log(AMP_READY);
