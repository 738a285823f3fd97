/** Something that the API says again and again, and how often it did. */
export interface Notice {
  readonly text: string;
  readonly count: number;
}

/** So many different ones are told; an API whose texts differ each time would flood a log. */
const MOST_NOTICES = 100;

/** Each is told once, and counted. */
export class Notices {
  readonly #counts = new Map<string, number>();

  note(text: string, tell: () => void): void {
    const count = this.#counts.get(text);
    if (count === undefined && this.#counts.size >= MOST_NOTICES) return;
    this.#counts.set(text, (count ?? 0) + 1);
    if (count === undefined) tell();
  }

  all(): readonly Notice[] {
    return [...this.#counts].map(([text, count]) => ({ text, count }));
  }
}
