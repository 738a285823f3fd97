import { salted } from '../dice.ts';
import { roundTo } from './money.ts';
import { isCounted, type OrderSums, orderSums, sumOf, unitsValue } from './order-amounts.ts';
import { currencyOf } from './order-facts.ts';
import { lineCount, lineKind, lineQuantity, type OrderLine, orderLine, orderLines } from './order-lines.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({ quantity: salted('return.quantity'), cost: salted('return.cost') });

/** A return has fewer lines than this; ids of lines count on it. */
const mostLines = 16;

export interface ReturnLine {
  readonly id: number;
  readonly row: number;
  readonly quantity: number;
  readonly orderLine: OrderLine;
}

export function returnLines(shop: Shop, row: number): readonly ReturnLine[] {
  const order = shop.returns.order(row);
  return returnedIndexes(shop, order).flatMap((index, place) => {
    const quantity = returnedOf(shop, order, index).get(row) ?? 0;
    if (quantity === 0) return [];
    return [{ id: row * mostLines + place + 1, row, quantity, orderLine: orderLine(shop, order, index) }];
  });
}

/** What all present returns of the order took back of one of its lines. */
export function returnedQuantity(shop: Shop, order: number, index: number): number {
  if (!returnedIndexes(shop, order).includes(index)) return 0;
  let sum = 0;
  for (const quantity of returnedOf(shop, order, index).values()) sum += quantity;
  return sum;
}

/** The lines of an order that its returns are about: the first two that anything is left of. */
function returnedIndexes(shop: Shop, order: number): readonly number[] {
  const indexes: number[] = [];
  for (let index = 0, end = lineCount(shop, order); index < end && indexes.length < 2; index++) {
    const isItem = lineKind(shop, order, index) === 'BundleItemOrderLine';
    if (!isItem && lineQuantity(shop, order, index) > 0) indexes.push(index);
  }
  return indexes;
}

/** What each return of the order takes back of a line: never more, all together, than the line has. */
function returnedOf(shop: Shop, order: number, index: number): ReadonlyMap<number, number> {
  let left = lineQuantity(shop, order, index);
  const quantities = new Map<number, number>();
  for (const row of shop.returns.ofOrder(order)) {
    if (!shop.returns.isListed(row) || left === 0) continue;
    const quantity = 1 + shop.dice.below(left, salts.quantity, row, index);
    quantities.set(row, quantity);
    left -= quantity;
  }
  return quantities;
}

/**
 * What a return pays back: the value of its units with their share of the order's discount, less what the return
 * costs. Shipping and handling stay with the shop. So an order never gets back more than was paid for it:
 *
 *   grandTotal = lineValues + shipping + handling + discounts + taxAdded - returnCost
 */
export interface ReturnSums {
  readonly order: OrderSums;
  readonly quantity: number;
  readonly lines: number;
  readonly discount: number;
  readonly returnCost: number;
  readonly tax: number;
}

export function returnSums(shop: Shop, row: number, lines: readonly ReturnLine[]): ReturnSums {
  const slot = shop.returns.order(row);
  const currency = currencyOf(shop, slot);
  const order = orderSums(shop, slot, orderLines(shop, slot));
  const counted = lines.filter((line) => isCounted(line.orderLine));
  const value = sumOf(currency, counted, (line) => roundTo(currency, line.orderLine.price * line.quantity));
  const withTax = sumOf(currency, counted, (line) => unitsValue(shop, line.orderLine, line.quantity, true));
  const without = sumOf(currency, counted, (line) => unitsValue(shop, line.orderLine, line.quantity, false));
  const discount = order.lines === 0 ? 0 : roundTo(currency, (order.discount * value) / order.lines);
  const wished = roundTo(currency, shop.dice.pick([0, 0, 39, 4.9], salts.cost, row) / currency.rate);
  const discountTax = value === 0 ? 0 : roundTo(currency, (discount * (withTax - without)) / value);
  return {
    order,
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    lines: value,
    discount,
    returnCost: Math.min(wished, roundTo(currency, value - discount)),
    tax: roundTo(currency, withTax - without - discountTax),
  };
}

export function returnTotal(sums: ReturnSums, includingTax: boolean): number {
  const { currency, isTaxInside } = sums.order;
  const base = sums.lines - sums.discount - sums.returnCost;
  const tax = isTaxInside === includingTax ? 0 : includingTax ? sums.tax : -sums.tax;
  // A small return can cost more than its value is without tax.
  return Math.max(0, roundTo(currency, base + tax));
}
