/** Something that the API says again and again, and with how many answers it did. */
export interface Notice {
  readonly kind: 'deprecation' | 'refusal';
  readonly text: string;
  readonly count: number;
}

/** So many different ones are told; an API whose texts differ each time would flood a log. */
const MOST_NOTICES = 100;

/** Each is told once, and counted. */
export class Notices {
  readonly #notices = new Map<string, Notice>();

  /** What one answer says. `told` is called where no answer before said it. */
  note<Item>(
    kind: Notice['kind'],
    items: readonly Item[],
    textOf: (item: Item) => string,
    told: (item: Item) => void,
  ): void {
    const byText = new Map(items.map((item) => [textOf(item), item]));
    for (const [text, item] of byText) {
      const notice = this.#notices.get(text);
      if (notice === undefined && this.#notices.size >= MOST_NOTICES) continue;
      this.#notices.set(text, { kind, text, count: (notice?.count ?? 0) + 1 });
      if (notice === undefined) told(item);
    }
  }

  all(): readonly Notice[] {
    return [...this.#notices.values()];
  }
}
