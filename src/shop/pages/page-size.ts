import { PAGE_SIZE } from '../objects.ts';

/** Each divides the one before, so that an offset which was reached by small pages is soon one for larger pages too. */
export const PAGE_SIZES: readonly number[] = Object.freeze([PAGE_SIZE, 100, 50, 25, 5, 1]);

/** So many pages in a row that come as they should make the next ones larger. */
const GOOD_PAGES = 5;
/** A size that proved too much again is tried less and less often, but never given up. */
const MOST_GOOD_PAGES = 80;

/** How many rows a page may have: fewer after the API failed at more, and slowly more again. All pages of one query share it. */
export class PageSize {
  #step = 0;
  #good = 0;
  #wanted = GOOD_PAGES;
  #hasGrown = false;

  get rows(): number {
    return PAGE_SIZES[this.#step] ?? 1;
  }

  /** The most with which an offset can be named by a number of pages. */
  rowsAt(offset: number): number {
    return PAGE_SIZES.find((size) => size <= this.rows && offset % size === 0) ?? 1;
  }

  /** So many rows were too much. */
  tooMuch(rows: number): void {
    const step = PAGE_SIZES.findIndex((size) => size < rows);
    if (step <= this.#step) return;
    if (this.#hasGrown) this.#wanted = Math.min(MOST_GOOD_PAGES, this.#wanted * 2);
    this.#hasGrown = false;
    this.#step = step;
    this.#good = 0;
  }

  /** A page of so many rows came. */
  worked(rows: number): void {
    if (rows < this.rows || this.#step === 0) return;
    this.#good += 1;
    if (this.#good < this.#wanted) return;
    this.#step -= 1;
    this.#good = 0;
    this.#hasGrown = true;
  }
}
