/**
 * How the rows below one root list of Centra's schema (`orders`, `returns`, …) are found again when they change.
 * Field and filter names are those of the bundled schema; where several are given, the first that the live schema has is used.
 */
export interface RootDefinition {
  /** The list field on Query; a tenant catalog names it in `from`. */
  readonly root: string;
  /** The Connection form of the same rows, where there is one. */
  readonly connection?: string;
  /** What the filter's `id` list takes, and the path at which a row shows it. */
  readonly id: string;
  /**
   * A field that never changes, by which a window is paged, and the sort that goes with it. Where no public source names
   * that sort, `descending` is one that is known: a shop that lacks the first can be paged the other way.
   */
  readonly pageKey: { readonly field: string; readonly sort: string; readonly descending?: string };
  readonly change: Change;
  /** The field of the filter that takes statuses. Some roots take one value, others a list: the live schema says which. */
  readonly statusFilter?: string;
  /**
   * Fields of the filter (an enum, or booleans) by which rows may be left out of the list as long as no filter names them.
   * Whether that is so, the shop shows.
   */
  readonly mayHideBy?: readonly string[];
  /** Those of `mayHideBy` that this shop's lists leave rows out by: each filter names all of their values. */
  readonly named?: readonly string[];
  /** What a webhook calls these objects, where it tells of them; its ids are page keys. */
  readonly webhookType?: string;
  /** What the events system calls these objects, where it tells of them; its references are page keys. */
  readonly eventObject?: string;
  /** The name of the rows in messages for people: "orders". */
  readonly label: string;
}

export type Change = UpdatedChange | CreatedChange | SnapshotChange;

/** Every change moves `field`. */
export interface UpdatedChange {
  readonly kind: 'updated';
  readonly field: string;
  /** The DateRange in the root's filter. */
  readonly filter: string;
}

/** Only the creation has a date: rows that are not final are read again by id. */
export interface CreatedChange {
  readonly kind: 'created';
  readonly field: string;
  readonly filter: string;
  /** Where versions of the API name the field differently, the first that the live schema has. */
  readonly statusFields: readonly string[];
  /** Any other status, known or not, may still change. */
  readonly finalStatuses: readonly string[];
}

/** Nothing has a date: the whole is read each time. */
export interface SnapshotChange {
  readonly kind: 'snapshot';
  /** A nested list that holds the rows, itself paged: `stock` of `warehouses`. */
  readonly nestedList?: string;
  /** What tells the rows of that list apart within their parent: a path from the row. */
  readonly nestedIdentity?: string;
  /** A sort of that list in which no two of its rows tie. Rows that tie may change places between two pages. */
  readonly nestedSort?: string;
}

/** The column that a snapshot's rows carry: the time at which the snapshot began. */
export const SNAPSHOT_COLUMN = 'snapshot_at';
