import { AmpClient } from '../amp/index.js';
import type { Crews } from '../crews.js';
import { createUnknownCrew } from './failures.js';
import type { OpenForThisRun } from './open-for-this-run.js';

/** Which client a request wants: its crew's, with the crew's token or with the run's own. */
export interface ClientRequest {
  crew: string;
  sealedToken?: string;
}

/**
 * Finds the client for a request. Rejects with `UnknownCrew`, which lists the crews that this worker
 * knows, or with a `SealedTokenError`.
 */
export type FindClient = (request: ClientRequest) => Promise<AmpClient>;

export interface AmpClients {
  find: FindClient;
  close: () => Promise<void>;
}

/**
 * One client a crew, made when it is first needed: its connections are shared by all its runs. A
 * token that a run brings along is opened for each call, and lives no longer than that.
 */
export function createAmpClients(crews: Crews, open: OpenForThisRun): AmpClients {
  const clients = new Map<string, AmpClient>();
  function findByCrew(name: string): AmpClient {
    const known = clients.get(name);
    if (known !== undefined) return known;
    const crew = crews.get(name);
    if (crew === undefined) throw createUnknownCrew(name, crews);
    const { url, token, kickoffTimeoutMs } = crew;
    const client = new AmpClient({ url, token, crew: name, kickoffTimeoutMs });
    clients.set(name, client);
    return client;
  }
  return {
    async find({ crew, sealedToken }) {
      const client = findByCrew(crew);
      if (sealedToken === undefined) return client;
      const token = await open(sealedToken, crew);
      // Not the crew's own instead, should the API refuse this one.
      return client.withToken(() => token);
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
      clients.clear();
    },
  };
}
