import type { PurchaseOrderRow } from '../data/delivery-table.ts';
import type { Shop } from '../data/shop.ts';
import type { Table } from '../data/table.ts';
import { stockChangeId } from './delivery-fields.ts';
import { compileFilter, type FilterFields, type Test, type Where } from './filter.ts';
import { narrowed, type Ordering, orderBy } from './paging.ts';
import { type RowFilters, rowFilters } from './row-filters.ts';

/** The rows that a list or a connection is about. */
export interface Selection {
  readonly ordering: Ordering;
  readonly test: Test<number> | undefined;
}

/** Every list of the API, over one shop. */
export interface Lists {
  readonly filters: RowFilters;
  orders(where: unknown, sort: readonly string[], storeIds: ReadonlySet<number> | null): Selection;
  returns(where: unknown, sort: readonly string[], storeIds: ReadonlySet<number> | null): Selection;
  deliveries(where: unknown, sort: readonly string[]): Selection;
  purchaseOrders(where: unknown, sort: readonly string[]): Selection;
  stockChanges(where: unknown, sort: readonly string[]): Selection;
  products(where: unknown, sort: readonly string[]): Selection;
}

const made = new WeakMap<Shop, Lists>();

export function listsOf(shop: Shop): Lists {
  const present = made.get(shop);
  if (present !== undefined) return present;
  const lists = makeLists(shop);
  made.set(shop, lists);
  return lists;
}

function makeLists(shop: Shop): Lists {
  const filters = rowFilters(shop);
  const purchaseOrders = purchaseOrderTable(shop);
  const stockChanges = stockChangeTable(shop);
  const products = productTable(shop);
  const of = (
    table: Table,
    fields: FilterFields<number>,
    where: unknown,
    sort: readonly string[],
  ): Selection => ({
    ordering: orderBy(table, sort),
    test: compileFilter(where as Where | null, fields),
  });
  const purchaseOrderAt = (row: number) => shop.deliveries.purchaseOrders[row] as PurchaseOrderRow;
  return {
    filters,
    orders: (where, sort, storeIds) => {
      const given = where as Where | null | undefined;
      const candidates = ordersNamed(shop, given) ?? ordersChanged(shop, given);
      const table = candidates === undefined ? shop.orders : narrowed(shop.orders, candidates);
      const { ordering, test } = of(table, filters.orders, where, sort);
      return { ordering, test: both(test, storeIds, (slot) => shop.orders.store(slot).id) };
    },
    returns: (where, sort, storeIds) => {
      const { ordering, test } = of(shop.returns, filters.returns, where, sort);
      return { ordering, test: both(test, storeIds, (row) => shop.orders.store(shop.returns.order(row)).id) };
    },
    deliveries: (where, sort) => of(shop.deliveries, filters.deliveries, where, sort),
    purchaseOrders: (where, sort) => {
      const test = compileFilter(where as Where | null, filters.purchaseOrders);
      return { ordering: orderBy(purchaseOrders, sort), test: test && ((row) => test(purchaseOrderAt(row))) };
    },
    stockChanges: (where, sort) => of(stockChanges, filters.stockChanges, where, sort),
    products: (where, sort) => {
      const test = compileFilter(where as Where | null, filters.products);
      const { products: all } = shop.assortment;
      return {
        ordering: orderBy(products, sort),
        test: test && ((row) => test(all[row] as (typeof all)[number])),
      };
    },
  };
}

function both(
  test: Test<number> | undefined,
  storeIds: ReadonlySet<number> | null,
  storeOf: (row: number) => number,
): Test<number> | undefined {
  if (storeIds === null) return test;
  return (row) => storeIds.has(storeOf(row)) && (test === undefined || test(row));
}

/** The orders that a filter names by number or id, if it does. */
function ordersNamed(shop: Shop, where: Where | null | undefined): readonly number[] | undefined {
  const negated = where?.negate;
  const isNegated = (name: string) => Array.isArray(negated) && negated.includes(name);
  const { number, id } = where ?? {};
  const slots =
    Array.isArray(number) && !isNegated('number')
      ? number.map((one) => shop.orders.rowOf(Number(one)))
      : Array.isArray(id) && !isNegated('id')
        ? id.map((one) => shop.orders.slotOfId(String(one)))
        : undefined;
  return (
    slots &&
    ([...new Set(slots.filter((slot) => slot !== undefined && shop.orders.isListed(slot)))] as number[])
  );
}

/** The orders in a narrow window of updatedAt; a wide one is better read in the order that is asked for. */
function ordersChanged(shop: Shop, where: Where | null | undefined): readonly number[] | undefined {
  const window = where?.updatedAt as { from?: number | null; to?: number | null } | null | undefined;
  const negated = where?.negate;
  if (window === null || window === undefined) return undefined;
  if (Array.isArray(negated) && negated.includes('updatedAt')) return undefined;
  const index = shop.orders.byUpdatedAt;
  const begin = index.lowerBound(window.from ?? 0);
  const end = window.to == null ? index.rows().length : index.lowerBound(window.to + 1);
  if (end - begin > index.rows().length / 16) return undefined;
  return [...index.rows().subarray(begin, Math.max(begin, end))];
}

function purchaseOrderTable({ deliveries }: Shop): Table {
  const at = (row: number) => deliveries.purchaseOrders[row] as PurchaseOrderRow;
  const rows = Int32Array.from(deliveries.purchaseOrders.keys());
  return Object.freeze({
    unique: 'id',
    version: () => deliveries.version(),
    rows: () => rows,
    columns: {
      id: { key: (row: number) => at(row).id },
      updatedAt: { key: (row: number) => at(row).updatedAt },
    },
    rowOf: (id: number) => {
      const row = deliveries.purchaseOrders.findIndex((order) => order.id === id);
      return row === -1 ? undefined : row;
    },
  });
}

/** Every delivery that was accepted changed the stock once. */
function stockChangeTable(shop: Shop): Table {
  const { deliveries } = shop;
  const id = (row: number) => stockChangeId(shop, row);
  const createdAt = (row: number) => deliveries.row(row).insertedAt ?? 0;
  const rows = () => deliveries.rows().filter((row) => deliveries.row(row).insertedAt !== null);
  return Object.freeze({
    unique: 'id',
    version: () => deliveries.version(),
    rows,
    columns: { id: { key: id }, createdAt: { key: createdAt } },
    rowOf: (sought: number) => rows().find((row) => id(row) === sought),
  });
}

function productTable({ assortment: { products } }: Shop): Table {
  const rows = Int32Array.from(products.keys());
  return Object.freeze({
    unique: 'id',
    version: () => 0,
    rows: () => rows,
    columns: {
      id: { key: (row: number) => products[row]?.id ?? 0 },
      updatedAt: { key: (row: number) => products[row]?.updatedAt ?? 0 },
    },
    rowOf: (id: number) => (id >= 1 && id <= products.length ? id - 1 : undefined),
  });
}
