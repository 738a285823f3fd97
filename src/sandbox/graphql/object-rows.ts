import { stockChangeId } from '../data/changes.ts';
import { paymentEntries } from '../data/payments.ts';
import { account, customer } from '../data/people.ts';
import type { Product, ProductVariant } from '../data/products.ts';
import { shipmentsOf } from '../data/shipments.ts';
import type { Shop } from '../data/shop.ts';
import { insertedDeliveries, stockChangeLines } from '../data/stock-changes.ts';
import {
  deliveryWarehouse,
  purchaseOrderNode,
  stockChangeComment,
  stockChangeNode,
} from './delivery-fields.ts';
import type { FilterFields } from './filter.ts';
import { type ObjectTable, objectTable } from './object-table.ts';
import { paymentFilter } from './payment-fields.ts';
import { sizeFilter } from './product-fields.ts';
import { purchaseOrderFilter } from './row-filters.ts';
import { shipmentFilter, shipmentNode } from './shipment-fields.ts';
import { countriesOf, marketsOf, pricelistOf, shippingOption, storePlugin } from './shop-fields.ts';

/** Rows of one kind, few enough to be held as objects once they are asked for. */
export interface ObjectRows<T> {
  readonly table: ObjectTable<T>;
  readonly filter: FilterFields<T>;
  /** The store of a row, where a token that is restricted to stores does not see those of others. */
  readonly storeOf?: (item: T) => number;
  readonly node: (item: T) => unknown;
}

export type SmallName = keyof ReturnType<typeof objectRows>;

/** Frees the rows of their own type, which only their table, filter and node need to agree on. */
function rows<T>(given: ObjectRows<T>): ObjectRows<unknown> {
  return given as unknown as ObjectRows<unknown>;
}

const same = <T>(item: T): T => item;

interface Listed {
  readonly id: number;
  readonly name?: string;
  readonly status?: string;
  readonly type?: string;
  readonly isBase?: boolean;
}

/** Rows that have an id and little more. */
function plain<T extends Listed>(
  version: () => number,
  make: () => readonly T[],
  storeOf?: (item: T) => number,
): ObjectRows<unknown> {
  return rows<T>({
    table: objectTable({ version, make, id: ({ id }) => id }),
    filter: {
      id: { by: 'list', read: ({ id }) => id },
      name: { by: 'text', read: ({ name }) => name ?? null },
      status: { by: 'list', read: ({ status }) => status ?? 'ACTIVE' },
      type: { by: 'list', read: ({ type }) => type ?? null },
      isBase: { by: 'equal', read: ({ isBase }) => isBase ?? null },
      search: { by: 'search', read: ({ id, name }) => `${id}\n${name ?? ''}` },
    },
    node: same,
    ...(storeOf === undefined ? {} : { storeOf }),
  });
}

/** All kinds of row that are not held in tables of their own. */
export function objectRows(shop: Shop) {
  const { tenant, orders, returns, deliveries, assortment } = shop;
  const never = () => 0;
  const ofOrders = () => orders.version() + returns.version();
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const sizes = () => assortment.sizes.length;
  const storeOfOrder = ({ order }: { readonly order: number }) => orders.store(order).id;
  const methods = () =>
    tenant.stores.slice(0, 1).flatMap((store) => tenant.paymentMethods.map((one) => storePlugin(one, store)));
  return {
    shipments: rows({
      table: objectTable({
        version: ofOrders,
        make: () => [...orders.rows()].flatMap((slot) => shipmentsOf(shop, slot)),
        id: ({ id }) => id,
        keys: {
          createdAt: ({ order }) => orders.orderDate(order),
          updatedAt: ({ order }) => orders.updatedAt(order),
        },
      }),
      filter: shipmentFilter(shop),
      storeOf: storeOfOrder,
      node: (row) => shipmentNode(shop, row),
    }),
    orderPaymentHistory: rows({
      table: objectTable({
        version: ofOrders,
        make: () => [...orders.rows()].flatMap((slot) => paymentEntries(shop, slot)),
        id: ({ id }) => id,
        keys: { createdAt: ({ at }) => at },
      }),
      filter: paymentFilter(shop),
      storeOf: storeOfOrder,
      node: same,
    }),
    purchaseOrders: rows({
      table: objectTable({
        version: () => deliveries.version(),
        make: () => deliveries.purchaseOrders,
        id: ({ id }) => id,
        keys: { updatedAt: ({ updatedAt }) => updatedAt },
      }),
      filter: purchaseOrderFilter(shop),
      node: purchaseOrderNode,
    }),
    stockChanges: rows({
      table: objectTable({
        version: () => deliveries.version(),
        make: () => [...insertedDeliveries(shop)],
        id: (row) => stockChangeId(deliveries.row(row).id),
      }),
      filter: {
        id: { by: 'list', read: (row) => stockChangeId(deliveries.row(row).id) },
        createdAt: { by: 'range', read: (row) => deliveries.row(row).insertedAt },
        comment: { by: 'text', read: (row) => stockChangeComment(shop, row) },
        type: { by: 'list', read: () => 'DELIVERY' },
        warehouseId: { by: 'list', read: (row) => deliveryWarehouse(shop, row)?.id ?? null },
        productVariantId: {
          by: 'list',
          read: (row) => stockChangeLines(shop, row).map(({ line }) => line.ordered.productVariant.id),
        },
      },
      node: stockChangeNode,
    }),
    stockChangeLines: rows({
      table: objectTable({
        version: () => deliveries.version(),
        make: () => [...insertedDeliveries(shop)].flatMap((row) => stockChangeLines(shop, row)),
        id: ({ id }) => id,
      }),
      filter: {
        id: { by: 'list', read: ({ id }) => id },
        isAvailable: { by: 'equal', read: () => true },
        deliveredQuantity: { by: 'range', read: ({ line }) => line.quantity },
        freeToAllocateQuantity: { by: 'range', read: ({ line }) => Math.floor(line.quantity / 2) },
        productSizeId: { by: 'list', read: ({ line }) => (line.left === 'size' ? line.ordered.id : null) },
        productSizeName: { by: 'text', read: ({ line }) => line.ordered.description },
        productVariantId: { by: 'list', read: ({ line }) => line.ordered.productVariant.id },
        warehouseId: { by: 'list', read: ({ delivery }) => deliveryWarehouse(shop, delivery)?.id ?? null },
        stockChangeId: { by: 'list', read: ({ delivery }) => stockChangeId(deliveries.row(delivery).id) },
      },
      node: same,
    }),
    products: rows({
      table: objectTable({
        version: never,
        make: () => assortment.products,
        id: ({ id }) => id,
        keys: { updatedAt: ({ updatedAt }) => updatedAt },
      }),
      filter: productFilter,
      node: same,
    }),
    productVariants: rows({
      table: objectTable({
        version: never,
        make: () => assortment.variants,
        id: ({ id }) => id,
        keys: { updatedAt: ({ updatedAt }) => updatedAt },
      }),
      filter: variantFilter,
      node: same,
    }),
    productSizes: rows({
      table: objectTable({
        version: sizes,
        make: () => assortment.sizes,
        id: ({ id }) => id,
        keys: { updatedAt: ({ productVariant }) => productVariant.updatedAt },
      }),
      filter: sizeFilter,
      node: same,
    }),
    customers: rows({
      table: objectTable({
        version: never,
        make: () => numbers(shop.customerCount).map((id) => customer(shop, id)),
        id: ({ id }) => id,
      }),
      filter: {
        email: { by: 'text', read: ({ email }) => email },
        createdAt: { by: 'range', read: ({ id }) => shop.openedAt - id * 3600 },
        updatedAt: { by: 'range', read: ({ id }) => shop.openedAt - id * 60 },
      },
      node: same,
    }),
    accounts: plain(never, () => numbers(shop.accountCount).map((id) => account(shop, id))),
    warehouses: plain(never, () => tenant.warehouses),
    stores: plain(
      never,
      () => tenant.stores,
      ({ id }) => id,
    ),
    markets: plain(
      never,
      () => marketsOf(shop),
      ({ store }) => store.id,
    ),
    pricelists: plain(
      never,
      () =>
        marketsOf(shop).flatMap((market) => ({
          ...pricelistOf(market),
          store: market.store,
          id: market.id + 40,
        })),
      ({ store }) => store.id,
    ),
    storePlugins: plain(never, methods),
    shippingOptions: plain(never, () => tenant.shippingOptions.map((one) => shippingOption(shop, one))),
    currencies: plain(never, () => tenant.currencies),
    countries: plain(never, () => countriesOf(shop)),
    suppliers: plain(never, () => tenant.suppliers),
    brands: plain(never, () => tenant.brands),
    collections: plain(never, () => tenant.collections),
    folders: plain(never, () => tenant.folders),
    allocationRules: plain(never, () => numbers(3).map((id) => ({ id, name: `Rule ${id}` }))),
  };
}

const productFilter: FilterFields<Product> = {
  id: { by: 'list', read: ({ id }) => id },
  name: { by: 'text', read: ({ name }) => name },
  status: { by: 'list', read: ({ status }) => status },
  productNumber: { by: 'text', read: ({ productNumber }) => productNumber ?? '' },
  createdAt: { by: 'range', read: ({ createdAt }) => createdAt },
  updatedAt: { by: 'range', read: ({ updatedAt }) => updatedAt },
  harmonizedCommodityCode: { by: 'text', read: ({ harmonizedCommodityCode }) => harmonizedCommodityCode },
  brandId: { by: 'list', read: ({ brand }) => brand?.id ?? null },
  collectionId: { by: 'list', read: ({ collection }) => collection?.id ?? null },
  folderId: { by: 'list', read: ({ folder }) => folder?.id ?? null },
  search: { by: 'search', read: ({ name, productNumber }) => `${name}\n${productNumber ?? ''}` },
};

const variantFilter: FilterFields<ProductVariant> = {
  id: { by: 'list', read: ({ id }) => id },
  name: { by: 'text', read: ({ name }) => name },
  status: { by: 'list', read: ({ status }) => (status === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE') },
  variantNumber: { by: 'text', read: ({ variantNumber }) => variantNumber },
  productId: { by: 'list', read: ({ product }) => product.id },
  updatedAt: { by: 'range', read: ({ updatedAt }) => updatedAt },
  search: { by: 'search', read: ({ name, variantNumber }) => `${name}\n${variantNumber ?? ''}` },
};
