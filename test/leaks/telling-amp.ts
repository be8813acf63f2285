import {
  startSimulatedAmp,
  type KickoffFault,
  type Scenario,
  type SimulatedAmp,
  type StatusFault,
} from '../../src/testing/index.js';

/** What goes wrong in a run, and what is known of a crew that runs well. */
export interface CrewWords {
  task: string;
  output: string;
  error: string;
}

/** Kickoffs and status requests that an API answers by repeating who asked. */
const KICKOFF_SCENES = ['refused', 'redirected', 'down', 'no-id', 'overloaded'] as const;
const STATUS_SCENES = ['broken', 'page', 'not-json', 'moved', 'not-found', 'other-word'] as const;
export const SCENES = [...KICKOFF_SCENES, ...STATUS_SCENES, 'fails'] as const;
export type Scene = (typeof SCENES)[number];

export interface TellingAmp extends SimulatedAmp {
  /** Refuses the token of every status request, and repeats it. */
  refusing: boolean;
}

/**
 * An AMP that repeats the request's token in whatever goes wrong, as debug pages and gateways do.
 * The input `scene` says what that is; without one the crew runs well.
 */
export async function startTellingAmp(token: string, words: CrewWords): Promise<TellingAmp> {
  const amp = await startSimulatedAmp({
    token,
    scenario: ({ inputs }) =>
      toScenario(inputs['scene'] as Scene | 'never-ends' | undefined, amp.token, words),
    faults: { status: () => (telling.refusing ? { status: 401, body: echo(amp.token) } : null) },
  });
  const telling = Object.assign(amp, { refusing: false });
  return telling;
}

function toScenario(
  scene: Scene | 'never-ends' | undefined,
  token: string,
  words: CrewWords,
): Scenario {
  const ordinary: Scenario = {
    tasks: [{ name: words.task, output: words.output, durationMs: 1 }],
    outputJson: { said: words.output },
  };
  const kickoff = (fault: KickoffFault): Scenario => ({ ...ordinary, kickoff: { fault } });
  // Once to the local activity and twice to the ordinary one.
  const status = (fault: StatusFault): Scenario => ({
    ...ordinary,
    statuses: [fault, fault, fault, 'completed'],
  });
  switch (scene) {
    case undefined:
      return ordinary;
    case 'refused':
      return kickoff({ status: 422, body: echo(token) });
    case 'redirected':
      return kickoff({ status: 307, headers: { location: toUrl(token) } });
    case 'down':
      return kickoff({ html: toPage(token), status: 500, accepted: true });
    case 'no-id':
      return kickoff({ status: 200, body: echo(token), accepted: true });
    case 'overloaded':
      return kickoff({ status: 503, body: echo(token) });
    case 'broken':
      // For good: it is looked at while it is tried again and again.
      return { ...ordinary, statuses: [{ status: 500, body: echo(token) }] };
    case 'page':
      return status({ html: toPage(token), status: 502 });
    case 'not-json':
      return status({ status: 200, body: `Whoever you are, Bearer ${token}: ${toUrl(token)}` });
    case 'moved':
      return status({ status: 302, headers: { location: toUrl(token) } });
    case 'not-found':
      return status({ status: 404, body: echo(token) });
    case 'other-word':
      return status({ word: `asked by ${token}` });
    case 'fails':
      return { ...ordinary, outcome: 'error', error: words.error };
    case 'never-ends':
      return { ...ordinary, statuses: ['running'] };
  }
}

/** In JSON, as AMP itself would put it. */
function echo(token: string): object {
  return { error: `Bearer ${token} is not welcome`, message: `see ${toUrl(token)}` };
}

function toPage(token: string): string {
  return `<html><body><pre>authorization: Bearer ${token}</pre></body></html>`;
}

function toUrl(token: string): string {
  return `https://login.example/?token=${encodeURIComponent(token)}`;
}
