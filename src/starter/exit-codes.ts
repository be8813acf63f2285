/** What the exit code of every command says. Part of the contract with scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  detached: 130,
} as const;

/** The same as text, for `--help`. */
export const EXIT_CODES_HELP = `Exit codes:
  0    the crew completed; for other commands: done
  1    the crew ended in error, the run failed or was cancelled, or the run refuses the request
  2    wrong usage or input, or no such run: nothing was started
  3    Temporal cannot be reached, or does not let you in; or a payload key is missing
  130  Ctrl-C: the command ended, the run goes on
`;
