import { createChainPlay, testPlays } from './play.js';
import { RETRY_SITUATIONS, SAME_ID_SITUATIONS } from './rerun-situations.js';
import { RESET_SITUATIONS } from './reset-situations.js';
import { openStage } from './stage.js';

testPlays([
  createChainPlay('a reset', RESET_SITUATIONS, openStage),
  createChainPlay(
    'retry policies, timeouts of workflows, termination',
    RETRY_SITUATIONS,
    openStage,
  ),
  createChainPlay('a workflow id that is used again', SAME_ID_SITUATIONS, openStage),
]);
