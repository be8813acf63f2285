import { createPlay, testPlays } from './play.js';
import { openStage } from './stage.js';
import {
  LOST_CALL_SITUATIONS,
  NO_WORKER_SITUATIONS,
  outage,
  OUTAGE_SITUATIONS,
  shutDown,
  SHUTDOWN_SITUATIONS,
} from './temporal-situations.js';

testPlays([
  createPlay(
    'an outage of Temporal while a kickoff is under way',
    OUTAGE_SITUATIONS,
    openStage,
    outage,
  ),
  createPlay('a call to Temporal that is lost', LOST_CALL_SITUATIONS, openStage),
  createPlay('no worker', NO_WORKER_SITUATIONS, openStage),
  createPlay('a worker that is told to stop', SHUTDOWN_SITUATIONS, openStage, shutDown),
]);
