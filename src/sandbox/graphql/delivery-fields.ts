import { comments } from '../data/awkward-text.ts';
import {
  type DeliveryLine,
  deliveryCost,
  deliveryLines,
  inSupplierCurrency,
} from '../data/delivery-lines.ts';
import type { PurchaseOrderRow } from '../data/delivery-table.ts';
import { salted } from '../dice.ts';
import type { Shop } from '../data/shop.ts';
import { dateField, type TypeFields } from './request-context.ts';

const salts = Object.freeze({
  dates: salted('delivery.dates'),
  message: salted('delivery.message'),
  comment: salted('purchaseOrder.comment'),
  reference: salted('purchaseOrder.reference'),
  warehouse: salted('purchaseOrder.warehouse'),
});

const day = 86_400;

export interface DeliveryNode {
  readonly __typename: 'PurchaseOrderDelivery';
  readonly row: number;
}

export interface PurchaseOrderNode {
  readonly __typename: 'PurchaseOrder';
  readonly order: PurchaseOrderRow;
}

export interface StockChangeNode {
  /** The row of the delivery that made it. */
  readonly row: number;
}

export function deliveryNode(row: number): DeliveryNode {
  return { __typename: 'PurchaseOrderDelivery', row };
}

export function purchaseOrderNode(order: PurchaseOrderRow): PurchaseOrderNode {
  return { __typename: 'PurchaseOrder', order };
}

export function deliveryETA(shop: Shop, row: number): number | null {
  return laterThan(shop, shop.deliveries.row(row).createdAt, row, 1);
}

export function purchaseOrderStatus(shop: Shop, order: PurchaseOrderRow): string {
  const states = order.deliveries
    .filter((row) => !shop.deliveries.row(row).isGone)
    .map((row) => shop.deliveries.row(row).status);
  if (states.length === 0) return order.id % 7 === 0 ? 'CANCELLED' : 'PENDING';
  if (states.every((status) => status === 'INSERTED')) return 'COMPLETED';
  return states.some((status) => status !== 'PENDING') ? 'PROCESSING' : 'CONFIRMED';
}

export function purchaseOrderDates(shop: Shop, order: PurchaseOrderRow) {
  return {
    ETA: laterThan(shop, order.createdAt, order.id, 3),
    requestedETD: laterThan(shop, order.createdAt, order.id, 4),
    confirmedETD: laterThan(shop, order.createdAt, order.id, 5),
  };
}

export function ourReference(shop: Shop, order: PurchaseOrderRow): string | null {
  return shop.dice.fraction(salts.reference, order.id) < 0.3 ? null : `REF "${order.id % 40}"`;
}

export function preferredWarehouse(shop: Shop, order: PurchaseOrderRow) {
  if (shop.dice.fraction(salts.warehouse, order.id) < 0.2) return null;
  return shop.dice.pick(shop.tenant.warehouses, salts.warehouse, order.id, 1);
}

export function deliveryWarehouse(shop: Shop, row: number) {
  const index = shop.deliveries.row(row).warehouse;
  return index === null ? null : (shop.tenant.warehouses[index] ?? null);
}

/** A stock change has the id of its delivery, far from the ids of deliveries. */
export function stockChangeId(shop: Shop, row: number): number {
  return shop.deliveries.row(row).id + 40_000;
}

export const fieldsOfDeliveries = Object.freeze({
  PurchaseOrderDelivery: {
    id: ({ row }, _, { shop }) => shop.deliveries.row(row).id,
    number: ({ row }, _, { shop }) => {
      const { purchaseOrder, turn } = shop.deliveries.row(row);
      return `${purchaseOrder.id}-${turn}`;
    },
    status: ({ row }, _, { shop }) => shop.deliveries.row(row).status,
    createdAt: dateField(({ row }, shop) => shop.deliveries.row(row).createdAt),
    exFactoryDate: dateField(({ row }, shop) => laterThan(shop, shop.deliveries.row(row).createdAt, row, 2)),
    ETA: dateField(({ row }, shop) => deliveryETA(shop, row)),
    message: ({ row }, _, { shop }) =>
      shop.dice.fraction(salts.message, row, 1) < 0.7 ? null : shop.dice.pick(comments, salts.message, row),
    shippingCost: ({ row }, _, { shop }) => deliveryCost(shop, shop.deliveries.row(row), 'shippingCost'),
    otherCosts: ({ row }, _, { shop }) => deliveryCost(shop, shop.deliveries.row(row), 'otherCosts'),
    currency: ({ row }, _, { shop }) => shop.deliveries.row(row).purchaseOrder.supplier.currency,
    lines: ({ row }, _, { shop }) => deliveryLines(shop, row),
    supplier: ({ row }, _, { shop }) => shop.deliveries.row(row).purchaseOrder.supplier,
    purchaseOrder: ({ row }, _, { shop }) => purchaseOrderNode(shop.deliveries.row(row).purchaseOrder),
    warehouse: ({ row }, _, { shop }) => deliveryWarehouse(shop, row),
    stockChange: ({ row }, _, { shop }) => (shop.deliveries.row(row).status === 'INSERTED' ? { row } : null),
  } satisfies TypeFields<DeliveryNode>,
  PurchaseOrderDeliveryLine: {
    product: ({ productSize }) => productSize.productVariant.product,
    productVariant: ({ productSize }) => productSize.productVariant,
  } satisfies TypeFields<DeliveryLine>,
  PurchaseOrder: {
    id: ({ order }) => order.id,
    status: ({ order }, _, { shop }) => purchaseOrderStatus(shop, order),
    createdAt: dateField(({ order }) => order.createdAt),
    updatedAt: dateField(({ order }) => order.updatedAt),
    ETA: dateField(({ order }, shop) => purchaseOrderDates(shop, order).ETA),
    requestedETD: dateField(({ order }, shop) => purchaseOrderDates(shop, order).requestedETD),
    confirmedETD: dateField(({ order }, shop) => purchaseOrderDates(shop, order).confirmedETD),
    externalComment: ({ order }, _, { shop }) =>
      shop.dice.fraction(salts.comment, order.id, 1) < 0.6
        ? null
        : shop.dice.pick(comments, salts.comment, order.id),
    ourReference: ({ order }, _, { shop }) => ourReference(shop, order),
    productsCount: ({ order }, _, { shop }) =>
      linesOf(shop, order).reduce((sum, line) => sum + line.quantity, 0),
    productsTotal: ({ order }, _, { shop }) => {
      const total = linesOf(shop, order).reduce((sum, line) => sum + line.quantity * line.unitCost.value, 0);
      return inSupplierCurrency(shop, order, total);
    },
    currency: ({ order }) => order.supplier.currency,
    preferredWarehouse: ({ order }, _, { shop }) => preferredWarehouse(shop, order),
    supplier: ({ order }) => order.supplier,
  } satisfies TypeFields<PurchaseOrderNode>,
  StockChange: {
    id: ({ row }, _, { shop }) => stockChangeId(shop, row),
    createdAt: dateField(
      ({ row }, shop) => shop.deliveries.row(row).insertedAt ?? shop.deliveries.row(row).createdAt,
    ),
    description: ({ row }, _, { shop }) => (row % 5 === 0 ? null : `Delivery ${shop.deliveries.row(row).id}`),
    lines: ({ row }, _, { shop }) =>
      deliveryLines(shop, row).map(({ id, quantity }) => ({
        id: id + 40_000,
        deliveredQuantity: quantity,
        freeToAllocateQuantity: Math.floor(quantity / 2),
      })),
  } satisfies TypeFields<StockChangeNode>,
});

function linesOf(shop: Shop, order: PurchaseOrderRow): readonly DeliveryLine[] {
  return order.deliveries
    .filter((row) => !shop.deliveries.row(row).isGone)
    .flatMap((row) => deliveryLines(shop, row));
}

function laterThan(shop: Shop, at: number, id: number, which: number): number | null {
  if (shop.dice.fraction(salts.dates, id, which) < 0.25) return null;
  return at + (1 + shop.dice.below(60, salts.dates, id, which + 10)) * day;
}
