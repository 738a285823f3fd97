import type { ConnectorError } from '../../errors.ts';
import type { CentraObject } from '../objects.ts';

export interface Page {
  readonly objects: readonly CentraObject[];
  /** Rows of the page that the API cannot serve: they were left out, so that the others come. */
  readonly refused: readonly RefusedRow[];
  /** The position after this page, to go on from in this run or a later one; undefined after the last. */
  readonly next: string | undefined;
  /** How many rows the whole has, where the API said it. */
  readonly totalRows: number | undefined;
  /** Rows moved while the list was paged, so that a part of it is read again. */
  readonly wentBack: boolean;
}

/** What tells a row from the others. */
export interface KnownRow {
  /** The page key, by which people know it: the number of an order. */
  readonly key: number | string;
  /** What the filter's `id` takes. */
  readonly id: number | string;
}

/** A row that the API cannot serve, whatever is asked for beside it. */
export interface RefusedRow extends KnownRow {
  readonly error: ConnectorError;
}

/** Reads one page: `after` is undefined for the first, else the `next` of an earlier one. */
export type Pager = (after: string | undefined, signal: AbortSignal) => Promise<Page>;

/** A list inside each row of a root, whose pages are turned as a root's are. */
export interface NestedRows {
  /** `stock` of `warehouses`. */
  readonly list: string;
  /** What tells its rows apart within one parent: a path from the row. */
  readonly identity: string;
  /** The sort that no two rows tie in, where the API has it: rows that tie may change places between two pages. */
  readonly sort?: string | undefined;
}

/** Of what no row can match: nothing is asked. */
export const noPages: Pager = async () => ({
  objects: [],
  refused: [],
  next: undefined,
  totalRows: undefined,
  wentBack: false,
});
