import type { Shop } from '../data/shop.ts';
import type { Table } from '../data/table.ts';
import { deliveryNode } from './delivery-fields.ts';
import { compileFilter, type FilterFields, type Test, type Where } from './filter.ts';
import { shownOrders } from './hidden-orders.ts';
import { type ObjectRows, objectRows, type SmallName } from './object-rows.ts';
import { orderNode } from './order-fields.ts';
import { narrowed, type Ordering, orderBy } from './paging.ts';
import type { RequestContext } from './request-context.ts';
import { returnNode } from './return-fields.ts';
import { deliveryFilter, orderFilter, returnFilter } from './row-filters.ts';

/** The rows that a list or a connection is about. */
export interface Selection {
  readonly ordering: Ordering;
  readonly test: Test<number> | undefined;
}

/** One kind of row of the API: which of them a request selects, and what a row is in an answer. */
export interface Rows {
  select(where: Where | null | undefined, sort: readonly string[], context: RequestContext): Selection;
  node(row: number): unknown;
}

export type RowsName = 'orders' | 'returns' | 'purchaseOrderDeliveries' | SmallName;

const made = new WeakMap<Shop, Readonly<Record<RowsName, Rows>>>();

/** Every list of the API, over one shop. */
export function listsOf(shop: Shop): Readonly<Record<RowsName, Rows>> {
  const present = made.get(shop);
  if (present !== undefined) return present;
  const lists = makeLists(shop);
  made.set(shop, lists);
  return lists;
}

function makeLists(shop: Shop): Readonly<Record<RowsName, Rows>> {
  const { orders, returns, deliveries } = shop;
  const filters = {
    orders: orderFilter(shop),
    returns: returnFilter(shop),
    deliveries: deliveryFilter(shop),
  };
  const small = Object.fromEntries(
    Object.entries(objectRows(shop)).map(([name, rows]) => [name, ofObjects(rows)]),
  ) as Readonly<Record<SmallName, Rows>>;
  return Object.freeze({
    ...small,
    orders: {
      select: (where, sort, { token, hiddenOrders }) => {
        const candidates = ordersNamed(shop, where) ?? ordersChanged(shop, where);
        const table = candidates === undefined ? orders : narrowed(orders, candidates);
        const { ordering, test } = selection(table, filters.orders, where, sort);
        const shown = shownOrders(shop, where, hiddenOrders);
        return {
          ordering,
          test: all(
            test,
            shown,
            inStores(token.storeIds, (slot) => orders.store(slot).id),
          ),
        };
      },
      node: (slot) => orderNode(shop, slot),
    },
    returns: {
      select: (where, sort, { token }) => {
        const { ordering, test } = selection(returns, filters.returns, where, sort);
        const storeOf = (row: number) => orders.store(returns.order(row)).id;
        return { ordering, test: all(test, inStores(token.storeIds, storeOf)) };
      },
      node: (row) => returnNode(shop, row),
    },
    purchaseOrderDeliveries: {
      select: (where, sort) => selection(deliveries, filters.deliveries, where, sort),
      node: deliveryNode,
    },
  } satisfies Record<RowsName, Rows>);
}

function ofObjects({ table, filter, storeOf, node }: ObjectRows<unknown>): Rows {
  return {
    select: (where, sort, { token }) => {
      const test = compileFilter(where, filter);
      const matches = test && ((row: number) => test(table.at(row)));
      const seen = storeOf && inStores(token.storeIds, (row) => storeOf(table.at(row)));
      return { ordering: orderBy(table, sort), test: all(matches, seen) };
    },
    node: (row) => node(table.at(row)),
  };
}

function selection(
  table: Table,
  fields: FilterFields<number>,
  where: Where | null | undefined,
  sort: readonly string[],
): Selection {
  return { ordering: orderBy(table, sort), test: compileFilter(where, fields) };
}

function inStores(
  storeIds: ReadonlySet<number> | null,
  storeOf: (row: number) => number,
): Test<number> | undefined {
  return storeIds === null ? undefined : (row) => storeIds.has(storeOf(row));
}

function all(...given: readonly (Test<number> | undefined)[]): Test<number> | undefined {
  const tests = given.filter((test) => test !== undefined);
  return tests.length < 2 ? tests[0] : (row) => tests.every((test) => test(row));
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
