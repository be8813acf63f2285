import { EXIT } from './exit-codes.js';

/** Ends a command with a message for the user and an exit code of `EXIT`. */
export class StarterError extends Error {
  override readonly name = 'StarterError';

  constructor(
    readonly exitCode: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command itself is wrong: nothing was sent. All mistakes are reported at once. */
export function createUsageError(mistakes: string[], options?: ErrorOptions): StarterError {
  const [first = ''] = mistakes;
  const message =
    mistakes.length === 1
      ? first
      : `${mistakes.length} mistakes:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`;
  return new StarterError(EXIT.usage, message, options);
}
