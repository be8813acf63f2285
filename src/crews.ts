import type { CrewToken } from './crews/crew-token.js';
import { createFixedToken } from './crews/crew-token.js';
import { parseCrewUrl } from './crews/crew-url.js';
import { DEFAULT_KICKOFF_TIMEOUT_MS, readCrewsFile } from './crews/crews-file.js';
import { createMistakes, Mistake, type Mistakes } from './crews/mistakes.js';
import { DEFAULT_CREW } from './contract.js';

/** A deployed crew that this worker may talk to. */
export interface Crew {
  name: string;
  /** Base URL, without a trailing slash. */
  url: string;
  /** How long `POST /kickoff` may take to be answered. */
  kickoffTimeoutMs: number;
  token: CrewToken;
}

/** All crews of this worker, by name. */
export type Crews = ReadonlyMap<string, Crew>;

const HOW_TO_CONFIGURE = `\
Set CREWAI_AMP_URL and CREWAI_AMP_TOKEN to a deployed crew's URL and bearer token, or
CREWAI_CREWS_FILE to a file that names more of them:

  [crews.default]
  url = "https://my-crew.crewai.com"
  token = { file = "my-crew.token" }   # or { env = "MY_CREW_TOKEN" }`;

/** The crews are not configured well enough to start. `mistakes` has all of them, ready to print. */
export class CrewsConfigurationError extends Error {
  override name = 'CrewsConfigurationError';

  constructor(readonly mistakes: readonly string[]) {
    const list = mistakes.map((mistake) => `  - ${mistake}`).join('\n');
    super(`The crews are not configured correctly:\n${list}`);
  }
}

/**
 * Reads which crews there are: `CREWAI_AMP_URL` and `CREWAI_AMP_TOKEN` make the crew `default`,
 * `CREWAI_CREWS_FILE` names a TOML file with more.
 *
 * @throws CrewsConfigurationError with every mistake of the environment and the file at once
 */
export function loadCrews(env: NodeJS.ProcessEnv): Crews {
  const mistakes = createMistakes();
  const file = env['CREWAI_CREWS_FILE'] ?? '';
  const crews = file === '' ? [] : readCrewsFile(file, env, mistakes);
  const crew = readCrewFromEnvironment(env, mistakes);
  if (crew !== undefined) crews.unshift(crew);
  if (mistakes.found.length > 0) throw new CrewsConfigurationError(mistakes.found);
  if (crews.length === 0) {
    throw new CrewsConfigurationError([`There is no crew. ${HOW_TO_CONFIGURE}`]);
  }
  return new Map(crews.map((crew) => [crew.name, crew]));
}

/** A variable that is set to nothing counts as not set: that is how a container is given none. */
function readCrewFromEnvironment(env: NodeJS.ProcessEnv, mistakes: Mistakes): Crew | undefined {
  const { CREWAI_AMP_URL: urlText = '', CREWAI_AMP_TOKEN: tokenText = '' } = env;
  if (urlText === '' && tokenText === '') return undefined;
  const url = mistakes.attempt('CREWAI_AMP_URL', () => {
    if (urlText === '') throw new Mistake('is not set, but CREWAI_AMP_TOKEN is: set both');
    return parseCrewUrl(urlText, false);
  });
  const token = mistakes.attempt('CREWAI_AMP_TOKEN', () => {
    if (tokenText === '') throw new Mistake('is not set, but CREWAI_AMP_URL is: set both');
    return createFixedToken(tokenText);
  });
  if (url === undefined || token === undefined) return undefined;
  return { name: DEFAULT_CREW, url, kickoffTimeoutMs: DEFAULT_KICKOFF_TIMEOUT_MS, token };
}
