import { API_SITUATIONS } from './api-situations.js';
import { createPlay, testPlays } from './play.js';
import { openStage } from './stage.js';

testPlays([
  createPlay(
    'what the network and the API make of a kickoff',
    Object.values(API_SITUATIONS).flat(),
    openStage,
  ),
]);
