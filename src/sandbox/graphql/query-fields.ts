import type { PurchaseOrderRow } from '../data/delivery-table.ts';
import type { StockRow } from '../data/stock.ts';
import type { Named, WarehousePlan } from '../data/tenant.ts';
import { deliveryNode, type PurchaseOrderNode, purchaseOrderNode } from './delivery-fields.ts';
import { compileFilter, type Where } from './filter.ts';
import { type Lists, listsOf, type Selection } from './lists.ts';
import { orderNode } from './order-fields.ts';
import { type ConnectionArguments, checkRange, connectionOf, countOf, pageOf } from './paging.ts';
import { stockNode } from './product-fields.ts';
import { type Arguments, dateField, type RequestContext, type TypeFields } from './request-context.ts';
import { requestError } from './request-error.ts';
import { returnNode } from './return-fields.ts';

type Select = (lists: Lists, args: Arguments, context: RequestContext) => Selection;
type Node = (row: number, context: RequestContext) => unknown;

const sortOf = (args: Arguments) => (args.sort ?? []) as readonly string[];

const ordersIn: Select = (lists, args, { token }) => lists.orders(args.where, sortOf(args), token.storeIds);
const returnsIn: Select = (lists, args, { token }) => lists.returns(args.where, sortOf(args), token.storeIds);
const deliveriesIn: Select = (lists, args) => lists.deliveries(args.where, sortOf(args));
const purchaseOrdersIn: Select = (lists, args) => lists.purchaseOrders(args.where, sortOf(args));
const stockChangesIn: Select = (lists, args) => lists.stockChanges(args.where, sortOf(args));
const productsIn: Select = (lists, args) => lists.products(args.where, sortOf(args));

const order: Node = (slot, { shop }) => orderNode(shop, slot);
const aReturn: Node = (row, { shop }) => returnNode(shop, row);
const delivery: Node = (row) => deliveryNode(row);
const purchaseOrder: Node = (row, { shop }) =>
  purchaseOrderNode(shop.deliveries.purchaseOrders[row] as PurchaseOrderRow);
const stockChange: Node = (row) => ({ row });
const product: Node = (row, { shop }) => shop.assortment.products[row];

function list(select: Select, node: Node) {
  return (_: unknown, args: Arguments, context: RequestContext) => {
    const { ordering, test } = select(listsOf(context.shop), args, context);
    return pageOf(ordering, test, limitOf(args), pageNumberOf(args)).map((row) => node(row, context));
  };
}

function connection(select: Select, node: Node) {
  return (_: unknown, args: Arguments, context: RequestContext) => {
    const { ordering, test } = select(listsOf(context.shop), args, context);
    return connectionOf(ordering, test, args as ConnectionArguments, (row) => node(row, context));
  };
}

function counter(select: Select) {
  return (_: unknown, args: Arguments, context: RequestContext) => {
    const { ordering, test } = select(listsOf(context.shop), args, context);
    return countOf(ordering, test);
  };
}

export const fieldsOfQueries = Object.freeze({
  Query: {
    order: (_, args, { shop, token }) => {
      if (args.id == null && args.number == null) throw requestError('Either id or number must be given.');
      const slot =
        args.id == null ? shop.orders.rowOf(Number(args.number)) : shop.orders.slotOfId(String(args.id));
      const isVisible =
        slot !== undefined &&
        shop.orders.isListed(slot) &&
        (token.storeIds?.has(shop.orders.store(slot).id) ?? true);
      return isVisible ? orderNode(shop, slot) : null;
    },
    orders: list(ordersIn, order),
    orderConnection: connection(ordersIn, order),
    returns: list(returnsIn, aReturn),
    returnConnection: connection(returnsIn, aReturn),
    purchaseOrderDeliveries: list(deliveriesIn, delivery),
    purchaseOrderDeliveryConnection: connection(deliveriesIn, delivery),
    purchaseOrders: list(purchaseOrdersIn, purchaseOrder),
    stockChanges: list(stockChangesIn, stockChange),
    stockChangeConnection: connection(stockChangesIn, stockChange),
    products: list(productsIn, product),
    warehouses: (_, args, { shop }) => {
      const test = compileFilter(args.where as Where | null, listsOf(shop).filters.warehouses);
      const found = shop.tenant.warehouses.filter((warehouse) => test === undefined || test(warehouse));
      return slice(found.sort(byTerms(sortOf(args), warehouseKeys)), args);
    },
    currencies: (_, args, { shop }) => {
      const isBase = (args.where as { isBase?: boolean | null } | null | undefined)?.isBase;
      return shop.tenant.currencies.filter((currency) => isBase == null || currency.isBase === isBase);
    },
    counters: () => ({}),
    rateLimits: (_, __, { rateLimits }) => rateLimits(),
  } satisfies TypeFields<unknown>,
  Counters: {
    orders: counter(ordersIn),
    returns: counter(returnsIn),
    products: counter(productsIn),
  } satisfies TypeFields<unknown>,
  PurchaseOrder: {
    purchaseOrderDeliveries: ({ order: { id } }, args, context) => {
      const where = { ...(args.where as Where | null | undefined), purchaseOrderId: [id] };
      return list(deliveriesIn, delivery)(undefined, { ...args, where }, context);
    },
  } satisfies TypeFields<PurchaseOrderNode>,
  Warehouse: {
    stock: (warehouse, args, { shop }) => {
      const test = compileFilter(args.where as Where | null, listsOf(shop).filters.stock);
      const rows = shop.stock.rowsOf(warehouse);
      const found = test === undefined ? rows : rows.filter(test);
      const terms = sortOf(args);
      const sorted = terms.join() === defaultStockSort ? found : [...found].sort(byTerms(terms, stockKeys));
      return slice(sorted, args).map((row) => stockNode(shop, row));
    },
  } satisfies TypeFields<WarehousePlan>,
  EventListener: {
    createdAt: dateField(({ createdAt }) => createdAt),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
  } satisfies TypeFields<{ readonly createdAt: number; readonly updatedAt: number }>,
});

/** The order that `Stock.rowsOf` is in. */
const defaultStockSort = 'productId_ASC,productVariantId_ASC,productSizeSort_ASC';

const stockKeys: Readonly<Record<string, (row: StockRow) => number>> = {
  productId: ({ productSize }) => productSize.productVariant.product.id,
  productVariantId: ({ productSize }) => productSize.productVariant.id,
  productSizeSort: ({ productSize }) => productSize.productVariant.productSizes.indexOf(productSize),
};

const warehouseKeys: Readonly<Record<string, (warehouse: Named) => number | string>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
};

function byTerms<Row>(
  terms: readonly string[],
  keys: Readonly<Record<string, (row: Row) => number | string>>,
) {
  return (a: Row, b: Row): number => {
    for (const term of terms) {
      const [name = '', direction] = term.split('_');
      const key = keys[name];
      if (key === undefined) continue;
      const [left, right] = [key(a), key(b)];
      if (left !== right) return (left < right ? -1 : 1) * (direction === 'DESC' ? -1 : 1);
    }
    return 0;
  };
}

function slice<Row>(rows: readonly Row[], args: Arguments): readonly Row[] {
  const limit = limitOf(args);
  const begin = (pageNumberOf(args) - 1) * limit;
  return rows.slice(begin, begin + limit);
}

export function limitOf(args: Arguments): number {
  const limit = Number(args.limit ?? 20);
  checkRange('limit', limit, 1, 200);
  return limit;
}

export function pageNumberOf(args: Arguments): number {
  const page = Number(args.page ?? 1);
  if (page < 1) throw requestError(`page must be at least 1, ${page} given.`);
  return page;
}
