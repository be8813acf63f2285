import type { CrewActivities } from '../contract.js';
import type { Crews } from '../crews.js';
import { checkInput } from './check-input.js';
import { collectResult } from './collect-result.js';
import { createAmpClients } from './amp-clients.js';
import { getStatus } from './get-status.js';
import { kickoff } from './kickoff.js';

export interface CrewActivityWorker {
  /** By activity type: what `Worker.create` takes. */
  activities: CrewActivities;
  /** Closes the connections to the crews. Called once the worker has stopped. */
  close(): Promise<void>;
}

/** The activities of a worker that serves these crews. */
export function createActivities({ crews }: { crews: Crews }): CrewActivityWorker {
  const clients = createAmpClients(crews);
  return {
    activities: {
      // Asynchronous all of them, so that what they throw is a rejection.
      checkInput: async (request) => Promise.resolve(checkInput(crews, request)),
      kickoff: (request) => kickoff(clients.find, request),
      getStatus: (request) => getStatus(clients.find, request),
      collectResult: (request) => collectResult(clients.find, request),
    },
    close: () => clients.close(),
  };
}
