import { comments } from '../data/awkward-text.ts';
import { orderMoney, unitsValue } from '../data/order-amounts.ts';
import { accountIdOf, buyerIdOf, currencyBaseRate, customerIdOf } from '../data/order-facts.ts';
import { refundEntries } from '../data/payments.ts';
import { account, buyer, customer } from '../data/people.ts';
import { type ReturnLine, returnLines, returnSums, returnTotal } from '../data/return-lines.ts';
import { shipmentLineOf, shipmentsOf } from '../data/shipments.ts';
import type { Shop } from '../data/shop.ts';
import { salted } from '../dice.ts';
import { orderNode } from './order-fields.ts';
import { dateField, type TypeFields } from './request-context.ts';
import { shipmentNode } from './shipment-fields.ts';

const salts = Object.freeze({
  comment: salted('return.comment'),
  from: salted('return.createdFrom'),
  external: salted('return.externalId'),
  warehouse: salted('return.warehouse'),
  fallback: salted('return.fallbackTax'),
  shipment: salted('return.shipment'),
  general: salted('return.generalStatus'),
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

/** The general status, which has nothing to do with how far the return has come. */
export function generalStatus(shop: Shop, row: number): 'ACTIVE' | 'INACTIVE' {
  return shop.dice.fraction(salts.general, row) < 0.03 ? 'INACTIVE' : 'ACTIVE';
}

export function createdFrom(shop: Shop, row: number): string | null {
  return shop.dice.pick(['Centra form', 'Integration API', 'Checkout API', null, ''], salts.from, row);
}

export function usedFallbackTax(shop: Shop, row: number): boolean {
  return shop.dice.fraction(salts.fallback, row) < 0.05;
}

/** Some returns do not say which shipment they are of. */
export function returnShipment(shop: Shop, row: number) {
  if (shop.dice.fraction(salts.shipment, row) < 0.2) return null;
  return shipmentsOf(shop, shop.returns.order(row))[0] ?? null;
}

function isBookedIn(shop: Shop, row: number): boolean {
  return shop.returns.status(row) === 'COMPLETED' && shop.dice.fraction(salts.warehouse, row, 1) > 0.2;
}

export const fieldsOfReturns = Object.freeze({
  Return: {
    id: ({ row }, _, { shop }) => shop.returns.id(row),
    returnStatus: ({ row }, _, { shop }) => shop.returns.status(row),
    status: ({ row }, _, { shop }) => generalStatus(shop, row),
    createdAt: dateField(({ row }, shop) => shop.returns.createdAt(row)),
    totalQuantity: ({ allLines }) => allLines().reduce((sum, line) => sum + line.quantity, 0),
    grandTotal: ({ row, order, allLines }, args, { shop }) =>
      orderMoney(shop, order, returnTotal(returnSums(shop, row, allLines()), args.includingTax !== false)),
    returnedToStock: ({ row }, _, { shop }) => isBookedIn(shop, row),
    comment: ({ row }, _, { shop }) =>
      shop.dice.fraction(salts.comment, row, 1) < 0.6 ? null : shop.dice.pick(comments, salts.comment, row),
    createdFrom: ({ row }, _, { shop }) => createdFrom(shop, row),
    currencyBaseRate: ({ order }, _, { shop }) => currencyBaseRate(shop, order),
    externalId: ({ row }, _, { shop }) => returnExternalId(shop, row),
    discountsApplied: () => [],
    lines: ({ allLines }) => allLines(),
    returnWarehouse: ({ row }, _, { shop }) =>
      isBookedIn(shop, row) ? shop.dice.pick(shop.tenant.warehouses, salts.warehouse, row, 2) : null,
    store: ({ order }, _, { shop }) => shop.orders.store(order),
    totals: ({ row, order, allLines }, _, { shop }) => {
      const sums = returnSums(shop, row, allLines());
      const amount = (value: number) => orderMoney(shop, order, value);
      const { isTaxInside } = sums.order;
      return {
        quantity: sums.quantity,
        lineValues: amount(sums.lines),
        shipping: amount(0),
        handling: amount(0),
        discounts: amount(-sums.discount),
        returnCost: amount(sums.returnCost),
        taxAdded: amount(isTaxInside ? 0 : sums.tax),
        taxDeducted: amount(0),
        taxIncluded: amount(isTaxInside ? sums.tax : 0),
      };
    },
    refundPaymentHistory: ({ row }, _, { shop }) => refundEntries(shop, row),
    usedFallbackTax: ({ row }, _, { shop }) => usedFallbackTax(shop, row),
    shipment: ({ row }, _, { shop }) => {
      const shipment = returnShipment(shop, row);
      return shipment && shipmentNode(shop, shipment);
    },
    order: ({ order }, _, { shop }) => orderNode(shop, order),
  } satisfies TypeFields<ReturnNode>,
  DirectToConsumerReturn: {
    // A return always has a customer, also where the shopper of the order stayed unknown.
    customer: ({ order }, _, { shop }) => customer(shop, customerIdOf(shop, order) ?? 1),
  } satisfies TypeFields<ReturnNode>,
  WholesaleReturn: {
    account: ({ order }, _, { shop }) => account(shop, accountIdOf(shop, order) ?? 1),
    buyer: ({ order }, _, { shop }) => {
      const id = buyerIdOf(shop, order);
      return id === null ? null : buyer(shop, id);
    },
  } satisfies TypeFields<ReturnNode>,
  ReturnLine: {
    shipmentLine: ({ orderLine }, _, { shop }) => shipmentLineOf(shop, orderLine),
    lineValue: ({ orderLine, quantity }, args, { shop }) =>
      orderMoney(shop, orderLine.slot, unitsValue(shop, orderLine, quantity, args.includingTax !== false)),
    unitPrice: ({ orderLine }, args, { shop }) =>
      orderMoney(shop, orderLine.slot, unitsValue(shop, orderLine, 1, args.includingTax !== false)),
  } satisfies TypeFields<ReturnLine>,
});
