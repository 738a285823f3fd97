import { money } from '../data/money.ts';
import type { Product, ProductSize, ProductVariant } from '../data/products.ts';
import type { Shop } from '../data/shop.ts';
import type { StockRow } from '../data/stock.ts';
import { stockChangeLinesOfSize } from '../data/stock-changes.ts';
import { type StockQuantities, stockQuantities } from '../data/stock-quantities.ts';
import type { WarehousePlan } from '../data/tenant.ts';
import { attributesOf } from './attribute-fields.ts';
import { compileFilter, type FilterFields, type Where } from './filter.ts';
import { limitOf, paged, pageNumberOf, type SortKeys, sortOf } from './nested-list.ts';
import { type Arguments, dateField, type RequestContext, type TypeFields } from './request-context.ts';

/** A row of stock with its quantities drawn. */
export type StockNode = StockRow & StockQuantities;

function stockNode(shop: Shop, row: StockRow): StockNode {
  return { ...row, ...stockQuantities(shop, row) };
}

/** The order that `Stock.rowsOf` is in. */
const defaultStockSort = 'productId_ASC,productVariantId_ASC,productSizeSort_ASC';

const stockFilter: FilterFields<StockNode> = {
  productId: { by: 'list', read: ({ productSize }) => productSize.productVariant.product.id },
  productVariantId: { by: 'list', read: ({ productSize }) => productSize.productVariant.id },
  productSizeId: { by: 'list', read: ({ productSize }) => productSize.id },
  warehouseId: { by: 'list', read: ({ warehouse }) => warehouse.id },
  physicalQuantity: { by: 'range', read: (row) => row.physicalQuantity },
  freeToAllocateQuantity: { by: 'range', read: (row) => row.freeToAllocateQuantity },
  allocatedQuantity: { by: 'range', read: (row) => row.allocatedQuantity },
  demandQuantity: { by: 'range', read: (row) => row.demandQuantity },
  unshippedQuantity: { by: 'range', read: (row) => row.unshippedQuantity },
  incomingQuantity: { by: 'range', read: (row) => row.incomingQuantity },
  linkedIncomingQuantity: { by: 'range', read: (row) => row.linkedIncomingQuantity },
  unlinkedIncomingQuantity: { by: 'range', read: (row) => row.unlinkedIncomingQuantity },
  onDeliveryQuantity: { by: 'range', read: (row) => row.onDeliveryQuantity },
};

const stockKeys: SortKeys<StockNode> = {
  productId: ({ productSize }) => productSize.productVariant.product.id,
  productVariantId: ({ productSize }) => productSize.productVariant.id,
  productSizeId: ({ productSize }) => productSize.id,
  productSizeSort: ({ productSize }) => productSize.productVariant.productSizes.indexOf(productSize),
  warehouseId: ({ warehouse }) => warehouse.id,
  physicalQuantity: (row) => row.physicalQuantity,
  freeToAllocateQuantity: (row) => row.freeToAllocateQuantity,
  allocatedQuantity: (row) => row.allocatedQuantity,
  demandQuantity: (row) => row.demandQuantity,
  unshippedQuantity: (row) => row.unshippedQuantity,
  incomingQuantity: (row) => row.incomingQuantity,
  linkedIncomingQuantity: (row) => row.linkedIncomingQuantity,
  unlinkedIncomingQuantity: (row) => row.unlinkedIncomingQuantity,
  onDeliveryQuantity: (row) => row.onDeliveryQuantity,
};

/** A page of stock rows. Without a filter and in their own order, only those of the page are drawn. */
function stockPage(shop: Shop, rows: readonly StockRow[], args: Arguments): readonly StockNode[] {
  const where = args.where as Where | null | undefined;
  const isPlain =
    (where == null || Object.keys(where).length === 0) && sortOf(args).join() === defaultStockSort;
  if (!isPlain) {
    const nodes = rows.map((row) => stockNode(shop, row));
    return paged(nodes, args, stockFilter, stockKeys);
  }
  const limit = Math.min(limitOf(args), rows.length);
  const begin = (pageNumberOf(args) - 1) * limit;
  return rows.slice(begin, begin + limit).map((row) => stockNode(shop, row));
}

function stockTotals(shop: Shop, rows: readonly StockRow[], { where }: Arguments) {
  const test = compileFilter(where as Where | null | undefined, stockFilter);
  const nodes = rows.map((row) => stockNode(shop, row)).filter(test ?? (() => true));
  return Object.fromEntries(totalled.map((name) => [name, nodes.reduce((sum, row) => sum + row[name], 0)]));
}

const totalled = [
  'freeToAllocateQuantity',
  'physicalQuantity',
  'allocatedQuantity',
  'demandQuantity',
  'unshippedQuantity',
  'availableNowQuantity',
  'incomingQuantity',
  'linkedIncomingQuantity',
  'unlinkedIncomingQuantity',
  'onDeliveryQuantity',
  'availableQuantity',
] as const satisfies readonly (keyof StockQuantities)[];

/** One product in four is not weighed. */
function weightOf(productId: number) {
  if (productId % 4 === 0) return null;
  const value = (productId % 9) / 4;
  return { value, unit: 'KILOGRAMS', formattedValue: `${value.toFixed(3)} kg` };
}

/** Brands belong to stores: a token for some stores sees none. */
const unrestricted = ({ token }: RequestContext) => token.storeIds === null;

export const fieldsOfProducts = Object.freeze({
  Product: {
    productNumber: ({ productNumber }) => productNumber ?? '',
    weight: ({ id }) => weightOf(id),
    createdAt: dateField(({ createdAt }) => createdAt),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
    brand: ({ brand }, _, context) => (unrestricted(context) ? brand : null),
    attributes: ({ id }, args, { shop }) => attributesOf(shop, 'Product', id, args.where),
  } satisfies TypeFields<Product>,
  ProductVariant: {
    status: ({ status }) => (status === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE'),
    unitCost: ({ cost, updatedAt }, _, { shop }) =>
      cost === null ? null : money(cost, shop.tenant.base, 1, updatedAt),
    updatedAt: dateField(({ updatedAt }) => updatedAt),
    attributes: ({ id }, args, { shop }) => attributesOf(shop, 'ProductVariant', id, args.where),
    productSizes: ({ productSizes }, args) => paged(productSizes, args, sizeFilter, {}),
    stock: ({ productSizes }, _, { shop }) =>
      productSizes.flatMap((size) => shop.stock.rowsOfSize(size).map((row) => stockNode(shop, row))),
  } satisfies TypeFields<ProductVariant>,
  ProductSize: {
    preorder: ({ preorder }) => preorder ?? false,
    weight: ({ productVariant }) => weightOf(productVariant.product.id),
    isActive: () => true,
    size: ({ id, description }) => ({ id: id + 9000, name: description ?? '' }),
    quantity: (size, _, { shop }) =>
      shop.stock
        .rowsOfSize(size)
        .reduce((sum, { warehouse }) => sum + shop.stock.physical(warehouse, size), 0),
    updatedAt: dateField(({ productVariant }) => productVariant.updatedAt),
    stock: (size, args, { shop }) =>
      paged(
        shop.stock.rowsOfSize(size).map((row) => stockNode(shop, row)),
        args,
        stockFilter,
        stockKeys,
      ),
    stockTotals: (size, args, { shop }) => stockTotals(shop, shop.stock.rowsOfSize(size), args),
    stockChangeLines: (size, args, { shop }) =>
      paged(stockChangeLinesOfSize(shop, size.id), args, {}, { id: ({ id }) => id }),
  } satisfies TypeFields<ProductSize>,
  Warehouse: {
    stock: (warehouse, args, { shop }) => stockPage(shop, shop.stock.rowsOf(warehouse), args),
    stockTotals: (warehouse, args, { shop }) => stockTotals(shop, shop.stock.rowsOf(warehouse), args),
  } satisfies TypeFields<WarehousePlan>,
});

export const sizeFilter: FilterFields<ProductSize> = {
  id: { by: 'list', read: ({ id }) => id },
  SKU: { by: 'text', read: ({ SKU }) => SKU },
  EAN: { by: 'text', read: ({ EAN }) => EAN },
  UPC: { by: 'text', read: ({ UPC }) => UPC },
  description: { by: 'text', read: ({ description }) => description },
  sizeNumber: { by: 'text', read: ({ sizeNumber }) => sizeNumber },
  preorder: { by: 'equal', read: ({ preorder }) => preorder ?? false },
  isActive: { by: 'equal', read: () => true },
  updatedAt: { by: 'range', read: ({ productVariant }) => productVariant.updatedAt },
  search: { by: 'search', read: ({ SKU, EAN }) => `${SKU ?? ''}\n${EAN ?? ''}` },
};
