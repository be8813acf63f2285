import { AmpClient } from '../amp/index.js';
import type { Crews } from '../crews.js';
import { createUnknownCrew } from './failures.js';

/** Finds a crew's client. Throws `UnknownCrew`, which lists the crews that this worker knows. */
export type FindClient = (crew: string) => AmpClient;

export interface AmpClients {
  find: FindClient;
  close: () => Promise<void>;
}

/** One client a crew, made when it is first needed: its connections are shared by all its runs. */
export function createAmpClients(crews: Crews): AmpClients {
  const clients = new Map<string, AmpClient>();
  return {
    find(name) {
      const known = clients.get(name);
      if (known !== undefined) return known;
      const crew = crews.get(name);
      if (crew === undefined) throw createUnknownCrew(name, crews);
      const { url, token, kickoffTimeoutMs } = crew;
      const client = new AmpClient({ url, token, crew: name, kickoffTimeoutMs });
      clients.set(name, client);
      return client;
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
      clients.clear();
    },
  };
}
