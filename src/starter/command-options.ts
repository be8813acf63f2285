import type { Command } from 'commander';

/** Flags that say which server; they override the environment and the profile of Temporal's own. */
export interface ConnectionFlags {
  address?: string;
  namespace?: string;
}

export interface CommonFlags extends ConnectionFlags {
  json?: boolean;
}

/** The flags that every command has. */
export function addCommonFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout')
    .option('--address <host:port>', 'Temporal server (env: TEMPORAL_ADDRESS, or temporal.toml)')
    .option('--namespace <name>', 'Temporal namespace (env: TEMPORAL_NAMESPACE)');
}
