/** The sandbox's own clock, which need not agree with the machine's. Milliseconds since 1970. */
export class Clock {
  readonly isFrozen: boolean;
  readonly #start: number;
  readonly #elapsed: () => number;
  #advanced = 0;

  /** `elapsed` gives the real milliseconds since this clock was made. */
  constructor(start: number, isFrozen: boolean, elapsed: () => number) {
    this.#start = start;
    this.isFrozen = isFrozen;
    this.#elapsed = elapsed;
  }

  now(): number {
    return this.#start + this.#advanced + (this.isFrozen ? 0 : this.#elapsed());
  }

  /** Whole seconds since 1970, the unit of every date in the shop. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(seconds: number): void {
    this.#advanced += seconds * 1000;
  }
}
