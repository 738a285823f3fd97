/** A table holds fewer rows than this, and every key is below 2^32: together they fit into a safe integer. */
const rowLimit = 2 ** 21;

/**
 * The rows of a table in the order of one number each, ties in the order of the rows. It stays right under change:
 * a touched row is taken out and merged in again when the order is next asked for.
 */
export class SortedRows {
  readonly #key: (row: number) => number;
  readonly #isListed: (row: number) => boolean;
  readonly #count: () => number;
  readonly #touched = new Set<number>();
  #rows: Int32Array | undefined;

  constructor(count: () => number, key: (row: number) => number, isListed: (row: number) => boolean) {
    this.#count = count;
    this.#key = key;
    this.#isListed = isListed;
  }

  /** To be called for every row that is new, gone, or has another key. */
  touch(row: number): void {
    if (this.#rows !== undefined) this.#touched.add(row);
  }

  rows(): Int32Array {
    if (this.#rows === undefined) this.#rows = this.#sort(this.#all());
    else if (this.#touched.size > 0) this.#rows = this.#merge(this.#rows);
    return this.#rows;
  }

  /** The place of the first row whose key is not less than `key`. */
  lowerBound(key: number): number {
    const rows = this.rows();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#key(rows[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #all(): number[] {
    const rows: number[] = [];
    for (let row = 0, end = this.#count(); row < end; row++) if (this.#isListed(row)) rows.push(row);
    return rows;
  }

  /** Sorting bare numbers, key and row packed into one, is ten times faster than sorting rows by comparison. */
  #sort(rows: readonly number[]): Int32Array {
    const packed = Float64Array.from(rows, (row) => this.#key(row) * rowLimit + row).sort();
    return Int32Array.from(packed, (key) => key % rowLimit);
  }

  #merge(present: Int32Array): Int32Array {
    const touched = this.#touched;
    const added = [...touched].filter(this.#isListed).sort((a, b) => this.#compare(a, b));
    const kept = present.filter((row) => !touched.has(row));
    const merged = new Int32Array(kept.length + added.length);
    for (let i = 0, k = 0, a = 0; i < merged.length; i++) {
      const fromKept = kept[k];
      const fromAdded = added[a];
      if (fromAdded === undefined || (fromKept !== undefined && this.#compare(fromKept, fromAdded) < 0)) {
        merged[i] = fromKept as number;
        k += 1;
      } else {
        merged[i] = fromAdded;
        a += 1;
      }
    }
    touched.clear();
    return merged;
  }

  #compare(a: number, b: number): number {
    return this.#key(a) - this.#key(b) || a - b;
  }
}
