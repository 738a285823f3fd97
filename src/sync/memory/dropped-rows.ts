import { addSeconds, type UtcSecond } from '../../time.ts';
import type { Dropped } from '../state.generated.ts';
import { decodeSent, encodeSent, LARGEST_EDGE } from './fingerprint.ts';

const WEEK_SECONDS = 7 * 86_400;
const HOUR_SECONDS = 3_600;

/**
 * Rows that were open when the shop had them no more. An answer can be wrong, and nothing else would ever look for them
 * again: so for a week they are asked for from time to time.
 */
export class DroppedRows {
  readonly #prints: Map<number, string>;
  #until: UtcSecond | undefined;
  #askedAt: UtcSecond | undefined;
  #encoded: Dropped | undefined;

  constructor(state: Dropped | undefined) {
    this.#prints = decodeSent(state?.rows);
    this.#until = state?.until;
    this.#askedAt = state?.asked_at;
    this.#encoded = state;
  }

  add(key: number, print: string, now: UtcSecond): void {
    this.#prints.set(key, print);
    for (const oldest of this.#prints.keys()) {
      if (this.#prints.size <= LARGEST_EDGE) break;
      this.#prints.delete(oldest);
    }
    this.#until = addSeconds(now, WEEK_SECONDS);
    this.#askedAt ??= now;
    this.#encoded = undefined;
  }

  /** It is there again. */
  forget(key: number): void {
    if (this.#prints.delete(key)) this.#encoded = undefined;
  }

  /** Those to ask for now. */
  due(now: UtcSecond): readonly number[] {
    if (this.#until === undefined || this.#askedAt === undefined) return [];
    if (now > this.#until) {
      this.#prints.clear();
      this.#encoded = undefined;
      return [];
    }
    return now >= addSeconds(this.#askedAt, HOUR_SECONDS) ? [...this.#prints.keys()] : [];
  }

  asked(now: UtcSecond): void {
    this.#askedAt = now;
    this.#encoded = undefined;
  }

  encode(): Dropped | undefined {
    if (this.#until === undefined || this.#askedAt === undefined || this.#prints.size === 0) return undefined;
    this.#encoded ??= { until: this.#until, asked_at: this.#askedAt, rows: encodeSent(this.#prints) };
    return this.#encoded;
  }
}
