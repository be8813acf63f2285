import { CANCEL_SITUATIONS } from './cancel-situations.js';
import { createPlay, testPlays } from './play.js';
import { openStage } from './stage.js';

testPlays([
  createPlay(
    'what a cancellation does to a kickoff that is not under way',
    CANCEL_SITUATIONS,
    openStage,
  ),
]);
