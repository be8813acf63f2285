/** The time for what was expected is up. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}

/** The caller's signal was aborted; `cause` is its reason. */
export class CallerAbortedError extends Error {
  override readonly name = 'CallerAbortedError';
}

/** Node's timers fire at once when they are asked for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Ends one exchange from outside: when its time is up, or when the caller gives up.
 *
 * undici's own timeouts are not used: its `bodyTimeout` restarts with every chunk, so a body that
 * drips for ever would never end, and its clock ticks in half seconds.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #onCallerAbort = () => {
    this.#end(new CallerAbortedError('aborted by the caller', { cause: this.#caller?.reason }));
  };
  #timer: NodeJS.Timeout | undefined;
  #reason: Error | undefined;

  constructor(caller?: AbortSignal) {
    this.#caller = caller;
    if (caller?.aborted === true) this.#onCallerAbort();
    else caller?.addEventListener('abort', this.#onCallerAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it ended, once it has. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Ends the exchange unless `dispose` or another `expect` comes within this time. */
  expect(what: string, withinMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#end(new TimeUpError(`${what} within ${withinMs / 1000} s`));
      },
      Math.min(withinMs, LONGEST_TIMER_MS),
    );
  }

  /** Settles at once when interrupted: undici itself lets go of a request only after connecting. */
  async race<Value>(work: Promise<Value>): Promise<Value> {
    const interrupted = new Promise<never>((_resolve, reject) => {
      const onAbort = () => {
        reject(this.#reason ?? new Error('interrupted'));
      };
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
    });
    return await Promise.race([work, interrupted]);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  #end(reason: Error): void {
    this.#reason ??= reason;
    this.#controller.abort(this.#reason);
  }
}
