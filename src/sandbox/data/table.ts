import type { SortedRows } from './sorted-rows.ts';

/** A column that a table can be sorted by. */
export interface SortColumn {
  readonly key: (row: number) => number;
  /** What a cursor says for the row; the key itself unless given. */
  readonly text?: (row: number) => string;
  readonly keyOfText?: (text: string) => number | undefined;
  /** Kept in order at all times. Without it a sort makes an order of its own and drops it at the next change. */
  readonly sorted?: SortedRows;
}

/** What paging needs to know of a table whose rows are numbered 0, 1, 2, … */
export interface Table {
  /** Grows with every change. */
  version(): number;
  /** The rows that lists show, in the order of `unique`. */
  rows(): Int32Array;
  readonly columns: Readonly<Record<string, SortColumn>>;
  /** The name of the column that tells rows apart; it ends every cursor. */
  readonly unique: string;
  rowOf(uniqueKey: number): number | undefined;
}
