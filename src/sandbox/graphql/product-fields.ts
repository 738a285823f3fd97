import { money } from '../data/money.ts';
import type { Product, ProductSize, ProductVariant } from '../data/products.ts';
import type { Shop } from '../data/shop.ts';
import type { StockQuantities, StockRow } from '../data/stock.ts';
import { attributesOf } from './order-fields.ts';
import { dateField, type TypeFields } from './request-context.ts';

/** A row of stock with its quantities drawn. */
export type StockNode = StockRow & StockQuantities;

export function stockNode(shop: Shop, row: StockRow): StockNode {
  return { ...row, ...shop.stock.quantities(row) };
}

export const fieldsOfProducts = Object.freeze({
  Product: {
    createdAt: dateField(({ createdAt }) => createdAt),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
    attributes: ({ id }, args, { shop }) => attributesOf(shop, 'Product', id, args.where),
  } satisfies TypeFields<Product>,
  ProductVariant: {
    unitCost: ({ cost }, _, { shop }) => (cost === null ? null : money(cost, shop.tenant.base)),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
    attributes: ({ id }, args, { shop }) => attributesOf(shop, 'ProductVariant', id, args.where),
  } satisfies TypeFields<ProductVariant>,
  ProductSize: {
    stock: (size, _, { shop }) => shop.stock.rowsOfSize(size).map((row) => stockNode(shop, row)),
    stockTotals: (size, _, { shop }) => stockTotals(shop, size),
  } satisfies TypeFields<ProductSize>,
  Stock: {
    product: ({ productSize }) => productSize.productVariant.product,
    productVariant: ({ productSize }) => productSize.productVariant,
  } satisfies TypeFields<StockNode>,
});

function stockTotals(shop: Shop, size: ProductSize): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  const rows = shop.stock.rowsOfSize(size).map((row) => shop.stock.quantities(row));
  for (const name of totalled) totals[name] = rows.reduce((sum, row) => sum + row[name], 0);
  return totals;
}

const totalled = [
  'availableQuantity',
  'physicalQuantity',
  'demandQuantity',
  'allocatedQuantity',
  'unshippedQuantity',
  'onDeliveryQuantity',
  'linkedIncomingQuantity',
  'unlinkedIncomingQuantity',
] as const satisfies readonly (keyof StockQuantities)[];
