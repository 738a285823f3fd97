import { comments } from '../data/awkward-text.ts';
import { stockChangeId } from '../data/changes.ts';
import {
  type DeliveryLine,
  deliveryCost,
  deliveryLines,
  deliveryStatus,
  inSupplierCurrency,
  preferredWarehouse,
  purchaseOrderLines,
  supplierRate,
} from '../data/delivery-lines.ts';
import type { PurchaseOrderRow } from '../data/delivery-table.ts';
import { orderLine } from '../data/order-lines.ts';
import type { Shop } from '../data/shop.ts';
import type { StockChangeLineRow } from '../data/stock-changes.ts';
import { salted } from '../dice.ts';
import { dateField, type TypeFields } from './request-context.ts';

const salts = Object.freeze({
  dates: salted('delivery.dates'),
  message: salted('delivery.message'),
  comment: salted('purchaseOrder.comment'),
  reference: salted('purchaseOrder.reference'),
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
  readonly __typename: 'StockChange';
  /** The row of the delivery that made it. */
  readonly row: number;
}

export function deliveryNode(row: number): DeliveryNode {
  return { __typename: 'PurchaseOrderDelivery', row };
}

export function purchaseOrderNode(order: PurchaseOrderRow): PurchaseOrderNode {
  return { __typename: 'PurchaseOrder', order };
}

export function stockChangeNode(row: number): StockChangeNode {
  return { __typename: 'StockChange', row };
}

export function deliveryNumber(shop: Shop, row: number): string {
  const { purchaseOrder, turn } = shop.deliveries.row(row);
  return `${purchaseOrder.id}-${turn}`;
}

export function deliveryETA(shop: Shop, row: number): number | null {
  return laterThan(shop, shop.deliveries.row(row).createdAt, row, 1);
}

export function purchaseOrderStatus(shop: Shop, order: PurchaseOrderRow): string {
  const states = order.deliveries
    .map((row) => shop.deliveries.row(row))
    .flatMap(({ isGone, status }) => (isGone ? [] : [status]));
  if (states.length === 0) return 'PENDING';
  return states.every((status) => status === 'INSERTED') ? 'COMPLETED' : 'CONFIRMED';
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

export function deliveryWarehouse(shop: Shop, row: number) {
  const index = shop.deliveries.row(row).warehouse;
  return index === null ? null : (shop.tenant.warehouses[index] ?? null);
}

export function stockChangeComment(shop: Shop, row: number): string {
  return row % 5 === 0 ? '' : `Delivery ${shop.deliveries.row(row).id}`;
}

const supplierLine: TypeFields<DeliveryLine> = {
  customsType: () => 'PERCENT',
  linkedToOrderLines: ({ linkedTo }, _, { shop, token }) => {
    if (linkedTo === null || !shop.orders.isListed(linkedTo)) return [];
    const isSeen = token.storeIds?.has(shop.orders.store(linkedTo).id) ?? true;
    return isSeen ? [orderLine(shop, linkedTo, 0)] : [];
  },
  product: ({ ordered, left }) => (left === 'nothing' ? null : ordered.productVariant.product),
  productVariant: ({ ordered, left }) => (left === 'nothing' ? null : ordered.productVariant),
  productSize: ({ ordered, left }) => (left === 'size' ? ordered : null),
};

export const fieldsOfDeliveries = Object.freeze({
  PurchaseOrderDelivery: {
    id: ({ row }, _, { shop }) => shop.deliveries.row(row).id,
    number: ({ row }, _, { shop }) => deliveryNumber(shop, row),
    status: ({ row }, _, { shop }) => deliveryStatus(shop, row),
    createdAt: dateField(({ row }, shop) => shop.deliveries.row(row).createdAt),
    exFactoryDate: dateField(({ row }, shop) => laterThan(shop, shop.deliveries.row(row).createdAt, row, 2)),
    ETA: dateField(({ row }, shop) => deliveryETA(shop, row)),
    message: ({ row }, _, { shop }) =>
      shop.dice.fraction(salts.message, row, 1) < 0.7 ? null : shop.dice.pick(comments, salts.message, row),
    shippingCost: ({ row }, _, { shop }) => deliveryCost(shop, shop.deliveries.row(row), 'shippingCost'),
    otherCosts: ({ row }, _, { shop }) => deliveryCost(shop, shop.deliveries.row(row), 'otherCosts'),
    costDistribution: ({ row }) => (row % 4 === 0 ? 'WEIGHT' : 'COST'),
    currency: ({ row }, _, { shop }) => shop.deliveries.row(row).purchaseOrder.supplier.currency,
    lines: ({ row }, _, { shop }) => deliveryLines(shop, row),
    supplier: ({ row }, _, { shop }) => shop.deliveries.row(row).purchaseOrder.supplier,
    purchaseOrder: ({ row }, _, { shop }) => purchaseOrderNode(shop.deliveries.row(row).purchaseOrder),
    warehouse: ({ row }, _, { shop }) => deliveryWarehouse(shop, row),
    stockChange: ({ row }, _, { shop }) =>
      shop.deliveries.row(row).status === 'INSERTED' ? stockChangeNode(row) : null,
  } satisfies TypeFields<DeliveryNode>,
  PurchaseOrderDeliveryLine: supplierLine,
  PurchaseOrderLine: supplierLine,
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
      purchaseOrderLines(shop, order).reduce((sum, line) => sum + line.quantity, 0),
    productsTotal: ({ order }, _, { shop }) => {
      const lines = purchaseOrderLines(shop, order);
      const total = lines.reduce((sum, line) => sum + line.quantity * line.unitCost.value, 0);
      return inSupplierCurrency(shop, order, total);
    },
    currency: ({ order }) => order.supplier.currency,
    lines: ({ order }, _, { shop }) => purchaseOrderLines(shop, order),
    preferredWarehouse: ({ order }, _, { shop }) => preferredWarehouse(shop, order),
    supplier: ({ order }) => order.supplier,
  } satisfies TypeFields<PurchaseOrderNode>,
  StockChange: {
    id: ({ row }, _, { shop }) => stockChangeId(shop.deliveries.row(row).id),
    createdAt: dateField(
      ({ row }, shop) => shop.deliveries.row(row).insertedAt ?? shop.deliveries.row(row).createdAt,
    ),
    comment: ({ row }, _, { shop }) => stockChangeComment(shop, row),
    type: () => 'DELIVERY',
    warehouse: ({ row }, _, { shop }) => deliveryWarehouse(shop, row),
  } satisfies TypeFields<StockChangeNode>,
  StockChangeLine: {
    isAvailable: () => true,
    deliveredQuantity: ({ line }) => line?.quantity,
    freeToAllocateQuantity: ({ line }) => line && Math.floor(line.quantity / 2),
    unitCost: ({ line }) => line?.landedCost,
    currencyBaseRate: ({ delivery }, _, { shop }) =>
      supplierRate(shop, shop.deliveries.row(delivery).purchaseOrder),
    productSize: ({ line }) => (line?.left === 'size' ? line.ordered : null),
    warehouse: ({ delivery }, _, { shop }) => deliveryWarehouse(shop, delivery),
    stockChange: ({ delivery }) => stockChangeNode(delivery),
  } satisfies TypeFields<StockChangeLineRow>,
});

function laterThan(shop: Shop, at: number, id: number, which: number): number | null {
  if (shop.dice.fraction(salts.dates, id, which) < 0.25) return null;
  return at + (1 + shop.dice.below(60, salts.dates, id, which + 10)) * day;
}
