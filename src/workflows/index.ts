export { kickoffAndPollUntilComplete } from './kickoff-and-poll-until-complete.js';
