import type { CentraObject } from '../objects.ts';

export interface Page {
  readonly objects: readonly CentraObject[];
  /** The position after this page, to go on from in this run or a later one; undefined after the last. */
  readonly next: string | undefined;
  /** How many rows the whole has, where the API said it. */
  readonly totalRows: number | undefined;
  /** Rows moved while the list was paged, so that a part of it is read again. */
  readonly wentBack: boolean;
}

/** Reads one page: `after` is undefined for the first, else the `next` of an earlier one. */
export type Pager = (after: string | undefined, signal: AbortSignal) => Promise<Page>;

/** A list inside each row of a root, whose pages are turned as a root's are. */
export interface NestedRows {
  /** `stock` of `warehouses`. */
  readonly list: string;
  /** What tells its rows apart within one parent: a path from the row. */
  readonly identity: string;
}

/** Of what no row can match: nothing is asked. */
export const noPages: Pager = async () => ({
  objects: [],
  next: undefined,
  totalRows: undefined,
  wentBack: false,
});
