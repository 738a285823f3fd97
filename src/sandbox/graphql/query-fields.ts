import { stockChangeId } from '../data/changes.ts';
import type { Supplier, WarehousePlan } from '../data/tenant.ts';
import { attributeTypes } from './attribute-fields.ts';
import type { PurchaseOrderNode, StockChangeNode } from './delivery-fields.ts';
import { compileFilter, type Where } from './filter.ts';
import { listsOf, type RowsName } from './lists.ts';
import { limitOf, pageNumberOf, sortOf } from './nested-list.ts';
import { type ConnectionArguments, connectionOf, countOf, pageOf } from './paging.ts';
import {
  type Arguments,
  dateField,
  type Field,
  type RequestContext,
  type TypeFields,
} from './request-context.ts';
import { requestError } from './request-error.ts';

/** What one list of the API is called in the singular, and whether it has a connection and a counter. */
const roots = Object.freeze({
  orders: 'order',
  returns: 'return',
  purchaseOrderDeliveries: 'purchaseOrderDelivery',
  purchaseOrders: 'purchaseOrder',
  shipments: 'shipment',
  stockChanges: 'stockChange',
  stockChangeLines: 'stockChangeLine',
  products: 'product',
  productVariants: 'productVariant',
  productSizes: 'productSize',
  customers: 'customer',
  accounts: 'account',
  warehouses: 'warehouse',
  stores: 'store',
  markets: 'market',
  pricelists: 'pricelist',
  storePlugins: 'storePlugin',
  shippingOptions: 'shippingOption',
  currencies: 'currency',
  countries: 'country',
  suppliers: 'supplier',
  brands: 'brand',
  collections: 'collection',
  folders: 'folder',
  allocationRules: 'allocationRule',
  orderPaymentHistory: 'paymentHistoryEntry',
} as const satisfies Readonly<Record<RowsName, string>>);

const names = Object.keys(roots) as readonly RowsName[];

const whereOf = (args: Arguments) => args.where as Where | null | undefined;

function list(name: RowsName, more: Where = {}): Field<unknown> {
  return (_, args, context) => {
    const rows = listsOf(context.shop)[name];
    const { ordering, test } = rows.select({ ...whereOf(args), ...more }, sortOf(args), context);
    return pageOf(ordering, test, limitOf(args), pageNumberOf(args)).map(rows.node);
  };
}

function connection(name: RowsName): Field<unknown> {
  return (_, args, context) => {
    const rows = listsOf(context.shop)[name];
    const { ordering, test } = rows.select(whereOf(args), sortOf(args), context);
    return connectionOf(ordering, test, args as ConnectionArguments, rows.node);
  };
}

function counter(name: RowsName): Field<unknown> {
  return (_, args, context) => {
    const { ordering, test } = listsOf(context.shop)[name].select(whereOf(args), [], context);
    return countOf(ordering, test);
  };
}

/** One row by what its arguments say, also one that lists hide. */
function single(name: RowsName): Field<unknown> {
  return (_, args, context) => {
    const given = Object.entries(args).filter(([, value]) => value !== null && value !== undefined);
    if (given.length === 0) throw requestError('One of the arguments must be given.');
    const where = Object.fromEntries(given.map(([field, value]) => [field, [value]]));
    const rows = listsOf(context.shop)[name];
    const { ordering, test } = rows.select(where, [], { ...context, hiddenOrders: new Set() });
    const [row] = pageOf(ordering, test, 1, 1);
    return row === undefined ? null : rows.node(row);
  };
}

const made = (name: (rows: RowsName) => string, field: (rows: RowsName) => Field<unknown>) =>
  Object.fromEntries(names.map((rows) => [name(rows), field(rows)]));

/** A field that lists only those rows of a kind that are below its own object. */
function below<Source>(
  name: RowsName,
  filter: (source: Source, context: RequestContext) => Where,
): Field<Source> {
  return (source, args, context) => list(name, filter(source, context))(undefined, args, context);
}

export const fieldsOfQueries = Object.freeze({
  Query: {
    ...made((rows) => rows, list),
    ...made((rows) => `${roots[rows]}Connection`, connection),
    ...made((rows) => roots[rows], single),
    attributeTypes: (_, args, { shop }) => {
      const test = compileFilter(whereOf(args), {
        name: { by: 'text', read: (type: ReturnType<typeof attributeTypes>[number]) => type.name },
        isMapped: { by: 'equal', read: ({ isMapped }) => isMapped },
        objectType: { by: 'list', read: ({ objectType }) => objectType },
      });
      return attributeTypes(shop).filter(test ?? (() => true));
    },
    counters: () => ({}),
    rateLimits: (_, args, { rateLimits }) => {
      const test = compileFilter(whereOf(args), {
        type: { by: 'list', read: (row: Arguments) => String(row.type) },
        intervalSeconds: { by: 'list', read: (row: Arguments) => String(row.intervalSeconds) },
      });
      return rateLimits().filter(test ?? (() => true));
    },
  } as TypeFields<unknown>,
  Counters: made((rows) => rows, counter) as TypeFields<unknown>,
  PurchaseOrder: {
    purchaseOrderDeliveries: below('purchaseOrderDeliveries', ({ order }) => ({
      purchaseOrderId: [order.id],
    })),
  } satisfies TypeFields<PurchaseOrderNode>,
  Supplier: {
    purchaseOrderDeliveries: below('purchaseOrderDeliveries', ({ id }) => ({ supplierId: [id] })),
    purchaseOrders: below('purchaseOrders', ({ id }) => ({ supplierId: [id] })),
  } satisfies TypeFields<Supplier>,
  StockChange: {
    lines: below('stockChangeLines', ({ row }, { shop }) => ({
      stockChangeId: [stockChangeId(shop.deliveries.row(row).id)],
    })),
  } satisfies TypeFields<StockChangeNode>,
  Warehouse: {
    stockChanges: below('stockChanges', ({ id }) => ({ warehouseId: [id] })),
  } satisfies TypeFields<WarehousePlan>,
  EventListener: {
    createdAt: dateField(({ createdAt }) => createdAt),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
  } satisfies TypeFields<{ readonly createdAt: number; readonly updatedAt: number }>,
});
