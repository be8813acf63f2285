import { AmpClient } from '../amp/index.js';
import type { Crews } from '../crews.js';
import { createUnknownCrew } from './failures.js';

/** One client a crew, made when it is first needed: its connections are shared by all its runs. */
export function createAmpClients(crews: Crews) {
  const clients = new Map<string, AmpClient>();
  return {
    /** @throws ApplicationFailure `UnknownCrew`, which lists the crews that this worker knows */
    find(name: string): AmpClient {
      const known = clients.get(name);
      if (known !== undefined) return known;
      const crew = crews.get(name);
      if (crew === undefined) throw createUnknownCrew(name, crews);
      const client = new AmpClient({
        url: crew.url,
        token: crew.token,
        crew: name,
        kickoffTimeoutMs: crew.kickoffTimeoutMs,
      });
      clients.set(name, client);
      return client;
    },
    async close(): Promise<void> {
      await Promise.all([...clients.values()].map((client) => client.close()));
      clients.clear();
    },
  };
}
