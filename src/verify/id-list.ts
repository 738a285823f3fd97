/** Counts all, and names the first ones. */
export class IdList {
  readonly #limit: number;
  readonly #ids: string[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether it is among those that are named. */
  add(id: string): boolean {
    this.#count += 1;
    const isNamed = this.#ids.length < this.#limit;
    if (isNamed) this.#ids.push(id);
    return isNamed;
  }

  get count(): number {
    return this.#count;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }
}
