import { laterOf, type UtcSecond } from '../../time.ts';
import type { Told } from '../state.generated.ts';
import { decodeSent, encodeSent, LARGEST_EDGE } from './fingerprint.ts';

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
    // The newest last: of too many, the oldest are written again rather than remembered, so that the state stays small.
    this.#prints.delete(key);
    this.#prints.set(key, print);
    for (const oldest of this.#prints.keys()) {
      if (this.#prints.size <= LARGEST_EDGE) break;
      this.#prints.delete(oldest);
    }
    this.#until = this.#until === undefined ? time : laterOf(this.#until, time);
    this.#encoded = undefined;
  }

  /** It is gone, or something else was written of it meanwhile. */
  forget(key: number): void {
    if (this.#prints.delete(key)) this.#encoded = undefined;
  }

  /** Everything until then has been read by windows. */
  readUntil(through: UtcSecond | undefined): void {
    if (through === undefined || this.#until === undefined || through < this.#until) return;
    this.#prints.clear();
    this.#until = undefined;
    this.#encoded = undefined;
  }

  encode(): Told | undefined {
    if (this.#until === undefined || this.#prints.size === 0) return undefined;
    this.#encoded ??= { until: this.#until, rows: encodeSent(this.#prints) };
    return this.#encoded;
  }
}
