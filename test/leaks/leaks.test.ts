import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/web-ui.js';
import { playScenes } from './scenes.js';
import { setStage, type Protection, type Stage } from './stage.js';
import { readWebUi } from './web-ui-pages.js';
import { readWhatTemporalHas } from './what-temporal-has.js';

/** Runs of which the pages of the Web UI are looked at. */
const SHOWN = ['refused', 'down', 'broken', 'held', 'brought'];

/** Success, errors, wrong tokens and a crash; then all that is left of it. */
async function play(protection: Protection): Promise<Stage> {
  const stage = await setStage(protection);
  const { runs, end } = await playScenes(stage);
  if (hasChromium) {
    const shown = runs.filter(({ workflowId }) => SHOWN.includes(workflowId));
    await readWebUi(stage, await Promise.all(shown.map((run) => run.describe())));
  }
  await readWhatTemporalHas(stage, runs);
  await end();
  await stage.strike();
  return stage;
}

/** What Temporal has, and shows, by how the names of the places begin. */
const AT_TEMPORAL = [
  'database',
  'history of',
  'description of',
  'progress of',
  '__temporal_workflow_metadata of',
  ...(hasChromium ? ['what the Web UI is sent', 'Web UI, history of'] : []),
];
const LOGS = ['log of the worker', 'crash of the worker', 'log of the server'];
const ON_SCREEN = ['output of watch', 'output of status'];
const COMMAND_LINES = process.platform === 'linux' ? ['command lines'] : [];
const EVERYWHERE = [...AT_TEMPORAL, ...LOGS, ...ON_SCREEN, ...COMMAND_LINES];

/** The beginnings that none of the places has. */
const missingOf = (beginnings: string[], places: string[]) =>
  beginnings.filter((beginning) => !places.some((place) => place.startsWith(beginning)));
const otherThan = (beginnings: string[], places: string[]) =>
  places.filter((place) => !beginnings.some((beginning) => place.startsWith(beginning)));

describe.each<{ title: string; protection: Protection }>([
  {
    title: 'as most people run it',
    protection: { sealing: true, masking: true, encryption: false },
  },
  { title: 'with payload keys', protection: { sealing: true, masking: true, encryption: true } },
  {
    title: 'with nothing to protect it',
    protection: { sealing: false, masking: false, encryption: false },
  },
])('$title', ({ protection }) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await play(protection);
  });

  it('there is something in each place, and logs say all that they can', () => {
    const { places } = stage;
    expect(missingOf(EVERYWHERE, places.names)).toEqual([]);
    expect(missingOf(['log of the worker'], places.find("level: 'TRACE'"))).toEqual([]);
    expect(missingOf(['log of the server'], places.find('level=DEBUG'))).toEqual([]);
  });

  if (protection.sealing && protection.masking) {
    it('no token is found anywhere', () => {
      expect(stage.places.find(stage.tokenTag)).toEqual([]);
    });
  } else {
    it('tokens are found everywhere', () => {
      expect(missingOf(EVERYWHERE, stage.places.find(stage.tokenTag))).toEqual([]);
    });
  }

  if (protection.encryption) {
    it('nothing that a crew is given or says is found, but by those who run it', () => {
      const { dataTag, errorTag, places } = stage;
      expect(otherThan(['output of'], places.find(dataTag))).toEqual([]);
      expect(otherThan(['output of', 'log of the worker'], places.find(errorTag))).toEqual([]);
    });
  } else {
    it('what a crew is given and says is found wherever Temporal has it', () => {
      const { dataTag, errorTag, places } = stage;
      const found = [...places.find(dataTag), ...places.find(errorTag)];
      expect(missingOf(AT_TEMPORAL, found)).toEqual([]);
    });
  }

  it('no key is found anywhere', () => {
    for (const key of Object.values(stage.keys)) expect(stage.places.find(key)).toEqual([]);
  });
});
