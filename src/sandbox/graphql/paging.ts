import type { SortColumn, Table } from '../data/table.ts';
import type { Test } from './filter.ts';
import { requestError } from './request-error.ts';

/** A table in one order. */
export interface Ordering {
  readonly length: number;
  at(place: number): number;
  cursor(row: number): string;
  /** The first place that lies behind the cursor (`side` 1) or not before it (`side` 0). */
  placeOf(cursor: string, side: 0 | 1): number;
}

interface SortKey {
  readonly name: string;
  readonly column: SortColumn;
  readonly sign: 1 | -1;
}

const madeOrders = new WeakMap<Table, { version: number; orders: Map<string, Int32Array> }>();

/** Orders a table by the names of a GraphQL sort enum, `updatedAt_ASC`; ties go by the unique column. */
export function orderBy(table: Table, sort: readonly string[]): Ordering {
  const keys = sortKeys(table, sort);
  const first = keys[0] as SortKey;
  const isKept = keys.length === 2 && first.column.sorted !== undefined;
  const isUnique = keys.length === 1;
  const rows = isUnique
    ? (first.column.sorted?.rows() ?? table.rows())
    : isKept && keys[1]?.sign === first.sign
      ? (first.column.sorted?.rows() as Int32Array)
      : madeOrder(table, keys);
  const isBackwards = (isUnique || (isKept && keys[1]?.sign === first.sign)) && first.sign === -1;
  const { length } = rows;
  const at = (place: number) => rows[isBackwards ? length - 1 - place : place] as number;
  return {
    length,
    at,
    cursor: (row) => encode(keys, row),
    placeOf: (cursor, side) => {
      const sought = decode(table, keys, cursor);
      let low = 0;
      let high = length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const order = compareToKeys(keys, at(middle), sought);
        if (order < 0 || (side === 1 && order === 0)) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Offset paging, `page` from 1; all rows where the limit is infinite. */
export function pageOf(
  ordering: Ordering,
  test: Test<number> | undefined,
  limit: number,
  page: number,
): number[] {
  if (limit !== Number.POSITIVE_INFINITY) checkRange('limit', limit, 1, 200);
  if (page < 1) throw requestError(`page must be at least 1, ${page} given.`);
  let skip = page === 1 ? 0 : (page - 1) * limit;
  const rows: number[] = [];
  let place = 0;
  if (test === undefined) {
    place = skip;
    skip = 0;
  }
  for (; place < ordering.length && rows.length < limit; place++) {
    const row = ordering.at(place);
    if (test !== undefined && !test(row)) continue;
    if (skip > 0) skip -= 1;
    else rows.push(row);
  }
  return rows;
}

export interface ConnectionArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: () => boolean;
    readonly hasPreviousPage: () => boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: () => number;
}

/** Keyset paging: steady under change, because a cursor is a value and not a place. */
export function connectionOf<Node>(
  ordering: Ordering,
  test: Test<number> | undefined,
  given: ConnectionArguments,
  node: (row: number) => Node,
): Connection<Node> {
  const { first, last } = given;
  if (first != null && last != null) throw requestError('first and last cannot be used together.');
  if (first != null) checkRange('first', first, 1, 200);
  if (last != null) checkRange('last', last, 1, 200);
  const begin = given.after == null ? 0 : ordering.placeOf(given.after, 1);
  const end = given.before == null ? ordering.length : ordering.placeOf(given.before, 0);
  const places =
    last == null
      ? forwards(ordering, test, begin, end, first ?? 20)
      : backwards(ordering, test, begin, end, last);
  const edges = places.map((place) => {
    const row = ordering.at(place);
    return { cursor: ordering.cursor(row), node: node(row) };
  });
  const low = places[0] ?? begin;
  const high = (places.at(-1) ?? Math.max(begin, end) - 1) + 1;
  return {
    edges,
    pageInfo: {
      hasNextPage: () => forwards(ordering, test, high, ordering.length, 1).length > 0,
      hasPreviousPage: () => backwards(ordering, test, 0, low, 1).length > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => countOf(ordering, test),
  };
}

export function countOf(ordering: Ordering, test: Test<number> | undefined): number {
  if (test === undefined) return ordering.length;
  let count = 0;
  for (let place = 0; place < ordering.length; place++) if (test(ordering.at(place))) count += 1;
  return count;
}

export function checkRange(name: string, value: number, least: number, most: number): void {
  if (value < least || value > most) {
    throw requestError(`${name} must be between ${least} and ${most}, ${value} given.`);
  }
}

/** The same table, but only some of its rows: for filters that an index answers. */
export function narrowed(table: Table, rows: readonly number[]): Table {
  const listed = Int32Array.from(rows).sort();
  const columns = Object.fromEntries(
    Object.entries(table.columns).map(([name, { sorted: _, ...column }]): [string, SortColumn] => [
      name,
      column,
    ]),
  );
  return {
    version: () => 0,
    rows: () => listed,
    columns,
    unique: table.unique,
    rowOf: (key) => table.rowOf(key),
  };
}

function forwards(
  ordering: Ordering,
  test: Test<number> | undefined,
  begin: number,
  end: number,
  count: number,
): number[] {
  const places: number[] = [];
  for (let place = begin; place < end && places.length < count; place++) {
    if (test === undefined || test(ordering.at(place))) places.push(place);
  }
  return places;
}

function backwards(
  ordering: Ordering,
  test: Test<number> | undefined,
  begin: number,
  end: number,
  count: number,
): number[] {
  const places: number[] = [];
  for (let place = end - 1; place >= begin && places.length < count; place--) {
    if (test === undefined || test(ordering.at(place))) places.push(place);
  }
  return places.reverse();
}

function sortKeys(table: Table, sort: readonly string[]): readonly SortKey[] {
  const keys: SortKey[] = [];
  for (const term of sort) {
    const [name = '', direction] = term.split('_');
    const column = table.columns[name];
    // The schema names sorts that say nothing about this shop's rows: these leave them in the order of their ids.
    if (column === undefined) continue;
    keys.push({ name, column, sign: direction === 'DESC' ? -1 : 1 });
    if (name === table.unique) return keys;
  }
  const unique = table.columns[table.unique] as SortColumn;
  keys.push({ name: table.unique, column: unique, sign: keys[0]?.sign ?? 1 });
  return keys;
}

function madeOrder(table: Table, keys: readonly SortKey[]): Int32Array {
  const name = keys.map((key) => `${key.name}${key.sign}`).join();
  let made = madeOrders.get(table);
  if (made === undefined || made.version !== table.version()) {
    made = { version: table.version(), orders: new Map() };
    madeOrders.set(table, made);
  }
  let order = made.orders.get(name);
  if (order === undefined) {
    order = Int32Array.from(table.rows()).sort((a, b) => {
      for (const { column, sign } of keys) {
        const difference = column.key(a) - column.key(b);
        if (difference !== 0) return difference * sign;
      }
      return 0;
    });
    made.orders.set(name, order);
  }
  return order;
}

function compareToKeys(keys: readonly SortKey[], row: number, sought: readonly number[]): number {
  for (let i = 0; i < keys.length; i++) {
    const { column, sign } = keys[i] as SortKey;
    const difference = column.key(row) - (sought[i] as number);
    if (difference !== 0) return difference * sign;
  }
  return 0;
}

function encode(keys: readonly SortKey[], row: number): string {
  const terms = keys.map(({ name, column }) => `${name}:${column.text?.(row) ?? column.key(row)}`);
  return Buffer.from(terms.join()).toString('base64');
}

function decode(table: Table, keys: readonly SortKey[], cursor: string): readonly number[] {
  const given = new Map(
    Buffer.from(cursor, 'base64')
      .toString('utf8')
      .split(',')
      .map((term): [string, string] => [term.slice(0, term.indexOf(':')), term.slice(term.indexOf(':') + 1)]),
  );
  // `number:166` alone is a cursor in every order: the one the row has now.
  const unique = Number(given.get(table.unique) ?? Number.NaN);
  const row = table.rowOf(unique);
  return keys.map(({ name, column }) => {
    const text = given.get(name);
    const key = text === undefined ? (row === undefined ? undefined : column.key(row)) : keyOf(column, text);
    if (key === undefined || Number.isNaN(key))
      throw requestError(`The cursor "${cursor}" is not valid here.`);
    return key;
  });
}

function keyOf(column: SortColumn, text: string): number | undefined {
  return column.keyOfText === undefined ? Number(text) : column.keyOfText(text);
}
