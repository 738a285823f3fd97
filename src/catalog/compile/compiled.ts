import type { JsonObject, JsonValue } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import type { Guard } from '../path/permissions.ts';
import type { NestedList } from '../query/nested-lists.ts';
import type { PagedList, Selection } from '../query/selection.ts';

/**
 * One stream of a tenant catalog after the compile. Selection, schema and row function come from the same columns,
 * so they cannot disagree.
 */
export interface CompiledStream {
  readonly name: string;
  readonly description: string | undefined;
  readonly root: RootDefinition;
  /** The lists below the root whose elements are this stream's rows; empty: one row per root object. */
  readonly each: readonly string[];
  /** Centra's own filter, as the mapping gives it; combined with the windows of the sync. */
  readonly where: JsonObject | undefined;
  /** Column names. */
  readonly key: readonly string[];
  /**
   * The key holds the place of an element in its list: where an object comes back with fewer elements than it had, the
   * rows of the places that have gone are to be deleted, because nothing else will ever name them again.
   */
  readonly keyedByPosition: boolean;
  /** The column that says how new a row is. */
  readonly cursor: string;
  readonly columns: readonly CompiledColumn[];
  /** An object schema in the form that Airbyte and Singer accept. */
  readonly jsonSchema: JsonObject;
  /** On the root's type: what these columns need, and nothing else. */
  readonly selection: Selection;
  /** The permissions that the selection needs beside the root's own, each with the columns that need it. */
  readonly permissions: ReadonlyMap<string, readonly string[]>;
  /** The permission that the root list itself needs, where it is known. */
  readonly rootPermission: string | undefined;
  /** The nested lists that the API cuts at a limit: where one comes back full, there may be more. */
  readonly pagedLists: readonly PagedList[];
  /** Every list that the selection asks for, and whether all of it comes. */
  readonly nestedLists: readonly NestedList[];
  /**
   * One object of the root list in, as the API answered the selection; its rows out. Never throws on an answer that the
   * schema allows, unless a column says `on_error: fail`: then a ConnectorError of the kind `mapping`.
   */
  readonly rows: (object: Readonly<Record<string, unknown>>, context: RowContext) => readonly MappedRow[];
  /** The same rows before any step: masked columns in clear. For comparisons that blot those out. */
  readonly sources: (object: Readonly<Record<string, unknown>>, context: RowContext) => readonly MappedRow[];
}

export interface CompiledColumn {
  readonly name: string;
  readonly jsonSchema: JsonObject;
  /** Where it comes from, for people: `grandTotal(includingTax: false).value`. */
  readonly source: string;
  /** What the catalog says of it, but for its description. */
  readonly definition: JsonValue;
  /** What is done to personal data: `hash`, `mask`, `year`, `month` or `allow`. */
  readonly pii: string | undefined;
  /** What this column alone needs of the root's type. */
  readonly selection: Selection;
  readonly permissions: readonly string[];
  /** The fields on its way that a permission guards. */
  readonly guards: readonly Guard[];
  /** What this shop's API lacks, so that the column is always null: `OrderLine.shippedQuantity`. */
  readonly missing: string | undefined;
  /** Why the column is always null: nothing is asked of the API for it. */
  readonly unavailable: Unavailable | undefined;
}

export interface Unavailable {
  /** The beginning of a sentence: "This shop's API has no OrderLine.shippedQuantity". */
  readonly because: string;
  /** The permission that the token lacks, where that is the reason. */
  readonly permission: string | undefined;
}

export interface RowContext {
  /** UTC, whole seconds: when the snapshot began that this row belongs to. */
  readonly snapshotAt: string;
  /** The object is a part of an answer, as the test of a catalog gives it: its rows come out although their key is missing. */
  readonly isPartial?: boolean;
}

export type MappedRow = GoodRow | QuarantinedRow;

export interface GoodRow {
  readonly data: JsonObject;
  /** Values that could not be had and are null now, or are not quite those of the shop. */
  readonly changes: readonly ColumnChange[];
}

/** A row that its mapping refuses to pass on (`on_error: quarantine`), or that its key does not name. */
export interface QuarantinedRow {
  readonly quarantined: {
    readonly column: string;
    readonly reason: string;
    readonly key: readonly JsonValue[];
    /** Set where a column of the key is null, whatever `on_error` says: no destination could keep such rows apart. */
    readonly isKeyNull?: true;
  };
}

export interface ColumnChange {
  readonly column: string;
  readonly reason: string;
  /** The value is right in the shop, and no row could hold it as it is. */
  readonly isLoss?: boolean;
  /** There is a value still, the nearest to it; else it is null. */
  readonly isKept?: boolean;
}

/** A stream that is right, and that this shop's API cannot give. */
export interface UnreadableStream {
  readonly stream: string;
  /** A sentence. */
  readonly reason: string;
  /** What the token lacks, where that is the reason. */
  readonly permission?: string | undefined;
}
