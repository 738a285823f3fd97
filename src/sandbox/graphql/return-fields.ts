import { comments } from '../data/awkward-text.ts';
import { salted } from '../dice.ts';
import { accountIdOf, currencyBaseRate, customerIdOf, shipmentIdOf } from '../data/order-facts.ts';
import { account, address, customer } from '../data/people.ts';
import { type ReturnLine, returnLines, returnLineValue } from '../data/return-lines.ts';
import type { Shop } from '../data/shop.ts';
import { orderMoney, orderNode, paymentHistory } from './order-fields.ts';
import { dateField, type TypeFields } from './request-context.ts';

const salts = Object.freeze({
  comment: salted('return.comment'),
  from: salted('return.createdFrom'),
  external: salted('return.externalId'),
  warehouse: salted('return.warehouse'),
  cost: salted('return.cost'),
  shipment: salted('return.shipment'),
});

export interface ReturnNode {
  readonly __typename: 'DirectToConsumerReturn' | 'WholesaleReturn';
  readonly row: number;
  /** The slot of its order. */
  readonly order: number;
  readonly allLines: () => readonly ReturnLine[];
}

export function returnNode(shop: Shop, row: number): ReturnNode {
  let lines: readonly ReturnLine[] | undefined;
  const order = shop.returns.order(row);
  return {
    __typename: shop.orders.isWholesale(order) ? 'WholesaleReturn' : 'DirectToConsumerReturn',
    row,
    order,
    allLines: () => {
      lines ??= returnLines(shop, row);
      return lines;
    },
  };
}

export function returnExternalId(shop: Shop, row: number): string | null {
  return shop.dice.fraction(salts.external, row) < 0.7 ? null : `RMA-${1000 + row}`;
}

const returnFields: TypeFields<ReturnNode> = {
  id: ({ row }, _, { shop }) => shop.returns.id(row),
  returnStatus: ({ row }, _, { shop }) => shop.returns.status(row),
  status: ({ row }, _, { shop }) => shop.returns.status(row),
  createdAt: dateField(({ row }, shop) => shop.returns.createdAt(row)),
  totalQuantity: ({ allLines }) => allLines().reduce((sum, line) => sum + line.quantity, 0),
  grandTotal: ({ order, allLines }, args, { shop }) =>
    orderMoney(shop, order, returnTotal(allLines(), args.includingTax !== false)),
  returnedToStock: ({ row }, _, { shop }) =>
    shop.returns.status(row) === 'COMPLETED' && shop.dice.fraction(salts.warehouse, row, 1) > 0.2,
  comment: ({ row }, _, { shop }) =>
    shop.dice.fraction(salts.comment, row, 1) < 0.6 ? null : shop.dice.pick(comments, salts.comment, row),
  createdFrom: ({ row }, _, { shop }) =>
    shop.dice.pick(['ADMIN', 'INTEGRATION_API', 'SHOP_API', null, ''], salts.from, row),
  currencyBaseRate: ({ order }, _, { shop }) => currencyBaseRate(shop, order),
  externalId: ({ row }, _, { shop }) => returnExternalId(shop, row),
  discountsApplied: () => [],
  lines: ({ allLines }) => allLines(),
  returnWarehouse: ({ row }, _, { shop }) =>
    shop.dice.fraction(salts.warehouse, row) < 0.1
      ? null
      : shop.dice.pick(shop.tenant.warehouses, salts.warehouse, row, 2),
  store: ({ order }, _, { shop }) => shop.orders.store(order),
  totals: ({ row, order }, _, { shop }) => ({
    shipping: orderMoney(shop, order, 0),
    handling: null,
    returnCost: orderMoney(shop, order, shop.dice.pick([0, 0, 39, 4.9], salts.cost, row)),
    discounts: null,
  }),
  refundPaymentHistory: ({ row, order, allLines }, _, { shop }) =>
    shop.returns.status(row) === 'COMPLETED'
      ? paymentHistory(shop, order, returnTotal(allLines(), true), ['REFUND'])
      : [],
  shipment: ({ row, order }, _, { shop }) =>
    shop.dice.fraction(salts.shipment, row) < 0.2 ? null : { row, order },
  order: ({ order }, _, { shop }) => orderNode(shop, order),
};

interface ShipmentNode {
  readonly row: number;
  readonly order: number;
}

const shippedAt = ({ order }: ShipmentNode, shop: Shop) => shop.orders.orderDate(order) + 86_400;

export const fieldsOfReturns = Object.freeze({
  DirectToConsumerReturn: {
    ...returnFields,
    usedFallbackTax: ({ row }, _, { shop }) => shop.dice.fraction(salts.cost, row, 1) < 0.05,
    // A return always has a customer, also where the shopper of the order stayed unknown.
    customer: ({ order }, _, { shop }) => customer(shop, customerIdOf(shop, order) ?? 1),
  } satisfies TypeFields<ReturnNode>,
  WholesaleReturn: {
    ...returnFields,
    account: ({ order }, _, { shop }) => account(shop, accountIdOf(shop, order) ?? 1),
  } satisfies TypeFields<ReturnNode>,
  ReturnLine: {
    shipmentLine: (line, _, { shop }) => shipmentLine(shop, line),
    lineValue: (line, args, { shop }) =>
      orderMoney(shop, line.orderLine.slot, returnLineValue(line, args.includingTax !== false)),
  } satisfies TypeFields<ReturnLine>,
  Shipment: {
    id: ({ order }) => shipmentIdOf(order),
    number: ({ order }, _, { shop }) => `${shop.orders.number(order)}-1`,
    createdAt: dateField(shippedAt),
    updatedAt: dateField(shippedAt),
    isGoodToGo: () => true,
    isShipped: () => true,
    isPaid: () => true,
    paidAt: dateField(shippedAt),
    shippedAt: dateField(shippedAt),
    trackingNumber: ({ order }, _, { shop }) =>
      shop.dice.fraction(salts.shipment, order, 1) < 0.2 ? null : `TRK${10_000_000 + order}`,
    returnTrackingNumber: () => null,
    numberOfPackages: ({ order }, _, { shop }) => shop.dice.below(3, salts.shipment, order, 2),
    grandTotal: ({ row, order }, args, { shop }) =>
      orderMoney(shop, order, returnTotal(returnLines(shop, row), args.includingTax !== false)),
    lines: ({ row }, _, { shop }) => returnLines(shop, row).map((line) => shipmentLine(shop, line)),
    shippingAddress: ({ order }, _, { shop }) => address(shop, order, 'shippingAddress'),
  } satisfies TypeFields<ShipmentNode>,
});

function returnTotal(lines: readonly ReturnLine[], includingTax: boolean): number {
  return lines.reduce((sum, line) => sum + returnLineValue(line, includingTax), 0);
}

function shipmentLine(shop: Shop, line: ReturnLine) {
  const { id, quantity, slot } = line.orderLine;
  return { id: id + 5, quantity, lineValue: orderMoney(shop, slot, line.orderLine.price * quantity) };
}
