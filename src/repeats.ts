/** More texts than that are not told apart; each is then told whenever it comes. */
const MOST_TEXTS = 1_000;

/** Makes a thousand equal warnings a few, with their number. */
export class Repeats {
  readonly #counts = new Map<string, number>();

  /** What to tell of a text that came once more: the first time all of it, later with its number, at 10, 100, 1,000 and so on. */
  note(text: string): string | undefined {
    const count = (this.#counts.get(text) ?? 0) + 1;
    if (count > 1 || this.#counts.size < MOST_TEXTS) this.#counts.set(text, count);
    if (count === 1) return text;
    return /^10+$/.test(String(count)) ? `${text} (This came ${count} times by now.)` : undefined;
  }
}
