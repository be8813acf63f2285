/** The operations of a deployed crew's API that this client speaks. */
export const OPERATIONS = {
  inputs: {
    name: 'inputs',
    method: 'GET',
    endpoint: 'GET /inputs',
    doing: 'Reading the inputs',
  },
  kickoff: {
    name: 'kickoff',
    method: 'POST',
    endpoint: 'POST /kickoff',
    doing: 'Kickoff',
  },
  getStatus: {
    name: 'getStatus',
    method: 'GET',
    endpoint: 'GET /status/{kickoff_id}',
    doing: 'Reading the status',
  },
} as const;
export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** One call, as error messages speak of it. Never holds a token. */
export interface AmpCall {
  operation: Operation;
  /** Percent-encoded. */
  path: string;
  /** Origin and path. */
  url: string;
  crew: string;
}
