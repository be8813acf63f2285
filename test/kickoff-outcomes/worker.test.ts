import { createPlay, testPlays } from './play.js';
import { openWorkerStage } from './worker-stage.js';
import {
  KILL_SITUATIONS,
  killWorker,
  STOP_SITUATIONS,
  stopAndContinueWorker,
} from './worker-situations.js';

testPlays([
  createPlay('a worker that is killed', KILL_SITUATIONS, openWorkerStage, killWorker),
  createPlay(
    'a worker that is stopped and goes on too late',
    STOP_SITUATIONS,
    openWorkerStage,
    stopAndContinueWorker,
  ),
]);
