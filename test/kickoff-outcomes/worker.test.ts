import { createCancelledPlay, createPlay, testPlays } from './play.js';
import { openWorkerStage } from './worker-stage.js';
import {
  KILL_SITUATIONS,
  killWorker,
  STOP_SITUATIONS,
  stopAndContinueWorker,
} from './worker-situations.js';

const aKill = 'a worker that is killed';
const aStop = 'a worker that is stopped and goes on too late';

testPlays([
  createPlay(aKill, KILL_SITUATIONS, openWorkerStage, killWorker),
  createCancelledPlay(aKill, KILL_SITUATIONS, openWorkerStage, killWorker),
  createPlay(aStop, STOP_SITUATIONS, openWorkerStage, stopAndContinueWorker),
  createCancelledPlay(aStop, STOP_SITUATIONS, openWorkerStage, stopAndContinueWorker),
]);
