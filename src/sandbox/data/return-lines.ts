import { returnReasons } from './awkward-text.ts';
import { salted } from '../dice.ts';
import {
  cancelledQuantity,
  isFullyCancelled,
  lineCount,
  lineQuantity,
  type OrderLine,
  orderLine,
  withoutTax,
} from './order-lines.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({ quantity: salted('return.quantity'), reason: salted('return.reason') });

/** A return has fewer lines than this; ids of lines count on it. */
const mostLines = 16;

export interface ReturnLine {
  readonly id: number;
  readonly row: number;
  readonly quantity: number;
  readonly reason: string | null;
  readonly orderLine: OrderLine;
}

export function returnLines(shop: Shop, row: number): readonly ReturnLine[] {
  const order = shop.returns.order(row);
  return returnedIndexes(shop, order).map((index, place) => ({
    id: row * mostLines + place + 1,
    row,
    quantity: returnedQuantityOf(shop, row, index),
    reason:
      shop.dice.fraction(salts.reason, row, place) < 0.2
        ? null
        : shop.dice.pick(returnReasons, salts.reason, row, place + 50),
    orderLine: orderLine(shop, order, index),
  }));
}

/** What all present returns of the order took back of one of its lines. */
export function returnedQuantity(shop: Shop, order: number, index: number): number {
  let sum = 0;
  for (const row of shop.returns.ofOrder(order)) {
    if (shop.returns.isListed(row) && returnedIndexes(shop, order).includes(index)) {
      sum += returnedQuantityOf(shop, row, index);
    }
  }
  return sum;
}

export function returnLineValue(line: ReturnLine, includingTax: boolean): number {
  const value = line.orderLine.price * line.quantity;
  return includingTax ? value : withoutTax(value, line.orderLine.taxPercent);
}

/** The lines of an order that its returns are about: the first two that anything is left of. */
function returnedIndexes(shop: Shop, order: number): readonly number[] {
  const indexes: number[] = [];
  for (let index = 0, end = lineCount(shop, order); index < end && indexes.length < 2; index++) {
    if (!isFullyCancelled(shop, order, index)) indexes.push(index);
  }
  return indexes;
}

function returnedQuantityOf(shop: Shop, row: number, index: number): number {
  const order = shop.returns.order(row);
  const left = lineQuantity(shop, order, index) - cancelledQuantity(shop, order, index);
  return 1 + shop.dice.below(left, salts.quantity, row, index);
}
