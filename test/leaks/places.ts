import { tracesOf } from './marks.js';

/** What was written, sent or shown, by where: `history of refused`, `log of the worker`. */
export class Places {
  readonly #contents = new Map<string, Buffer[]>();

  add(place: string, ...contents: (string | Uint8Array)[]): void {
    const earlier = this.#contents.get(place) ?? [];
    this.#contents.set(place, [
      ...earlier,
      ...contents.map((content) =>
        typeof content === 'string' ? Buffer.from(content) : Buffer.from(content),
      ),
    ]);
  }

  /** Where there is anything at all. */
  get names(): string[] {
    return [...this.#contents.keys()];
  }

  /** Where a text stands, and how it is written there: `log of the worker: JSON, base64`. */
  find(text: string): string[] {
    const traces = tracesOf(text);
    return [...this.#contents].flatMap(([place, contents]) =>
      traces
        .filter(({ bytes }) => contents.some((content) => content.includes(bytes)))
        .map(({ form }) => `${place}: ${form}`),
    );
  }
}
