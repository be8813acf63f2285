import type { CrewActivities } from '../contract.js';
import type { Crews } from '../crews.js';
import { NO_PRIVATE_KEYS, type PrivateKeys } from '../sealing/private-keys.js';
import { checkInput } from './check-input.js';
import { checkSealedToken } from './check-sealed-token.js';
import { collectResult } from './collect-result.js';
import { createAmpClients } from './amp-clients.js';
import { getStatus } from './get-status.js';
import { kickoff } from './kickoff.js';
import { createOpenForThisRun } from './open-for-this-run.js';

export interface CrewActivityWorker {
  /** By activity type: what `Worker.create` takes. */
  activities: CrewActivities;
  /** Closes the connections to the crews. Called once the worker has stopped. */
  close(): Promise<void>;
}

export interface CrewActivityOptions {
  crews: Crews;
  /** They open the tokens that runs bring along. Default none. */
  privateKeys?: PrivateKeys;
}

/** The activities of a worker that serves these crews. */
export function createActivities({
  crews,
  privateKeys = NO_PRIVATE_KEYS,
}: CrewActivityOptions): CrewActivityWorker {
  const open = createOpenForThisRun(privateKeys);
  const clients = createAmpClients(crews, open);
  return {
    activities: {
      checkInput: (request) => checkInput(crews, open, request),
      checkSealedToken: (request) => checkSealedToken(open, request),
      kickoff: (request) => kickoff(clients.find, request),
      getStatus: (request) => getStatus(clients.find, request),
      collectResult: (request) => collectResult(clients.find, request),
    },
    close: () => clients.close(),
  };
}
