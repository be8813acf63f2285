import { API_SITUATIONS } from './api-situations.js';
import { createCancelledPlay, createPlay, testPlays } from './play.js';
import { openStage } from './stage.js';

const title = 'what the network and the API make of a kickoff';
const situations = Object.values(API_SITUATIONS).flat();

testPlays([
  createPlay(title, situations, openStage),
  createCancelledPlay(title, situations, openStage),
]);
