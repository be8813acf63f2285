import { createCancelledPlay, createPlay, testPlays } from './play.js';
import { openStage } from './stage.js';
import {
  LOST_CALL_SITUATIONS,
  NO_WORKER_SITUATIONS,
  outage,
  OUTAGE_SITUATIONS,
  shutDown,
  SHUTDOWN_SITUATIONS,
} from './temporal-situations.js';

const anOutage = 'an outage of Temporal while a kickoff is under way';
const aLostCall = 'a call to Temporal that is lost';
const aShutdown = 'a worker that is told to stop';

testPlays([
  createPlay(anOutage, OUTAGE_SITUATIONS, openStage, outage),
  createCancelledPlay(anOutage, OUTAGE_SITUATIONS, openStage, outage),
  createPlay(aLostCall, LOST_CALL_SITUATIONS, openStage),
  createCancelledPlay(aLostCall, LOST_CALL_SITUATIONS, openStage),
  createPlay(aShutdown, SHUTDOWN_SITUATIONS, openStage, shutDown),
  createCancelledPlay(aShutdown, SHUTDOWN_SITUATIONS, openStage, shutDown),
  createPlay('no worker', NO_WORKER_SITUATIONS, openStage),
]);
