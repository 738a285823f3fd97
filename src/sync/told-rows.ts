import { decodeSent, encodeSent, LARGEST_EDGE } from './sent.ts';
import type { Told } from './state.generated.ts';
import { laterOf, type UtcSecond } from './time.ts';

/**
 * What was written because something outside, such as a webhook, told of it, until a window has come to it: the window
 * does not write it again.
 */
export class ToldRows {
  readonly #prints: Map<number, string>;
  #until: UtcSecond | undefined;
  #encoded: Told | undefined;

  constructor(state: Told | undefined) {
    this.#prints = decodeSent(state?.rows);
    this.#until = state?.until;
    this.#encoded = state;
  }

  /** `time` is the one by which windows find the row. */
  add(key: number, print: string, time: UtcSecond): void {
    this.#prints.set(key, print);
    this.#until = this.#until === undefined ? time : laterOf(this.#until, time);
    this.#encoded = undefined;
  }

  /** Everything until then has been read by windows. */
  readUntil(through: UtcSecond | undefined): void {
    if (through === undefined || this.#until === undefined || through < this.#until) return;
    this.#prints.clear();
    this.#until = undefined;
    this.#encoded = undefined;
  }

  encode(): Told | undefined {
    // More than that is written again rather than remembered, so that the state stays small.
    if (this.#until === undefined || this.#prints.size > LARGEST_EDGE) return undefined;
    this.#encoded ??= { until: this.#until, rows: encodeSent(this.#prints) };
    return this.#encoded;
  }
}
