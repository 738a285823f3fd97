/** First in, first out, at the same cost however many wait. */
export class Queue<T> {
  #items: T[] = [];
  #taken = 0;

  get size(): number {
    return this.#items.length - this.#taken;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    const item = this.#items[this.#taken];
    if (item === undefined) return undefined;
    this.#taken += 1;
    if (this.#taken === this.#items.length || this.#taken === 1000) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }

  /** Takes all that wait. */
  drain(): readonly T[] {
    const waiting = this.#items.slice(this.#taken);
    this.#items = [];
    this.#taken = 0;
    return waiting;
  }
}
