import { salted } from '../dice.ts';
import { type MonetaryValue, roundTo } from './money.ts';
import { grandTotal, orderMoney, orderSums } from './order-amounts.ts';
import * as facts from './order-facts.ts';
import { orderLines } from './order-lines.ts';
import { returnLines, returnSums, returnTotal } from './return-lines.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({
  draw: salted('payment.draw'),
  reference: salted('payment'),
  refund: salted('payment.refund'),
});

/** An order has fewer entries than this; ids of entries count on it. */
const mostEntries = 256;
/** The entries of refunds come behind those of the order's own payments. */
const firstRefund = 40;

export interface PaymentEntry {
  readonly id: number;
  /** The slot of its order. */
  readonly order: number;
  readonly at: number;
  readonly status: 'SUCCESS' | 'PENDING' | 'FAILED';
  readonly entryType: string;
  readonly externalReference: string | null;
  readonly paymentMethod: string | null;
  readonly paramsJSON: string | null;
  readonly source: string | null;
  readonly value: MonetaryValue;
  /** The row of the return that a refund was made for. */
  readonly refunded: number | null;
}

type Step = readonly [entryType: string, status: PaymentEntry['status'], value: number];

/** All that happened about the money of an order, oldest first: its payments, then the refunds of its returns. */
export function paymentEntries(shop: Shop, order: number): readonly PaymentEntry[] {
  const begin = shop.orders.orderDate(order);
  const payments = paymentSteps(shop, order).map((step, turn) =>
    entryOf(shop, order, turn, step, begin + turn * 600, null),
  );
  const refunds = shop.returns.ofOrder(order).flatMap((row) => refundEntries(shop, row));
  return [...payments, ...refunds];
}

/** A completed return pays back what it comes to, not always at the first attempt; a pending one has asked at most. */
export function refundEntries(shop: Shop, row: number): readonly PaymentEntry[] {
  const { returns, dice } = shop;
  if (!returns.isListed(row)) return [];
  const order = returns.order(row);
  const place = returns.ofOrder(order).indexOf(row);
  const total = returnTotal(returnSums(shop, row, returnLines(shop, row)), true);
  const draw = dice.fraction(salts.refund, row);
  const steps: Step[] = [];
  if (returns.status(row) === 'COMPLETED' && total > 0) {
    steps.push(['REFUND_REQUEST', 'SUCCESS', total]);
    if (draw < 0.15) steps.push(['REFUND_FAILED', 'FAILED', total], ['REFUND_REQUEST', 'SUCCESS', total]);
    steps.push(['REFUND', 'SUCCESS', total]);
  } else if (draw < 0.2 && total > 0) {
    steps.push(['REFUND_REQUEST', 'PENDING', total]);
  }
  const first = firstRefund + place * 4;
  return steps.map((step, turn) =>
    entryOf(shop, order, first + turn, step, returns.createdAt(row) + turn * 900, row),
  );
}

function paymentSteps(shop: Shop, order: number): readonly Step[] {
  const { dice, orders } = shop;
  const sums = orderSums(shop, order, orderLines(shop, order));
  const total = grandTotal(sums, true);
  const draw = dice.fraction(salts.draw, order);
  const status = orders.status(order);
  const isShipped = status === 'SHIPPED' || status === 'ARCHIVED' || shop.returns.ofOrder(order).length > 0;
  if (status === 'CANCELLED') {
    return draw < 0.5
      ? []
      : [
          ['AUTH', 'SUCCESS', 0],
          ['CANCEL_REQUEST', 'SUCCESS', 0],
          ['CANCEL', 'SUCCESS', 0],
        ];
  }
  if (facts.isWaitingForPayment(shop, order) && !isShipped) return [['AUTH_PENDING', 'PENDING', total]];
  if (total === 0) return [];
  // A gift card pays a part of one order in twenty.
  const ofCard = draw < 0.05 ? roundTo(sums.currency, total / 3) : 0;
  const rest = roundTo(sums.currency, total - ofCard);
  const cards = (type: string): readonly Step[] =>
    ofCard === 0 ? [] : [[`${type}_GIFT_CARD`, 'SUCCESS', ofCard]];
  const authorized: readonly Step[] = [...cards('AUTH'), ['AUTH', 'SUCCESS', rest]];
  if (!isShipped) return authorized;
  if (draw > 0.97) return [['MARKED_AS_PAID', 'SUCCESS', total]];
  // A capture that a job repeated through the night.
  const attempts = draw > 0.95 ? 12 : draw > 0.9 ? 1 : 0;
  const failed = Array.from({ length: attempts }, (): readonly Step[] => [
    ['CAPTURE_REQUEST', 'SUCCESS', rest],
    ['CAPTURE_FAILED', 'FAILED', rest],
  ]).flat();
  return [
    ...authorized,
    ...failed,
    ['CAPTURE_REQUEST', 'SUCCESS', rest],
    ['CAPTURE', 'SUCCESS', rest],
    ...cards('CAPTURE'),
  ];
}

function entryOf(
  shop: Shop,
  order: number,
  turn: number,
  [entryType, status, value]: Step,
  at: number,
  refunded: number | null,
): PaymentEntry {
  const isDone = status === 'SUCCESS';
  return {
    id: order * mostEntries + turn + 1,
    order,
    at,
    status,
    entryType,
    externalReference: isDone ? `PSP-${shop.dice.hash(salts.reference, order, turn)}` : null,
    paymentMethod: facts.paymentMethodOf(shop, order)?.uri ?? null,
    paramsJSON: isDone
      ? JSON.stringify({ success: true, isRequest: entryType.endsWith('_REQUEST'), raw: null })
      : null,
    source: shop.dice.pick(['Integration API', 'Centra form', null], salts.reference, order, turn + 100),
    value: orderMoney(shop, order, value),
    refunded,
  };
}
