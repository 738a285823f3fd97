import { salted } from '../dice.ts';
import { type Currency, type MonetaryValue, money, roundTo } from './money.ts';
import { currencyBaseRate, currencyOf } from './order-facts.ts';
import type { OrderLine } from './order-lines.ts';
import type { Shop } from './shop.ts';

/*
 * What an order comes to. The documentation names the totals and leaves their signs open; this follows the schema's
 * texts. Base values are the prices as the price list has them: with tax inside for a shopper, without it for a
 * reseller. `discounts` is negative, so that the parts add up:
 *
 *   base total = lineValues + shipping + handling + discounts
 *   grandTotal(includingTax: true)  = base total + taxAdded      (taxAdded is 0 where the tax is inside)
 *   grandTotal(includingTax: false) = base total - taxIncluded   (taxIncluded is 0 where it is put on top)
 *
 * The items of a bundle are lines with values of their own, and the bundle is a line with their sum: only the bundle
 * counts, in values and in quantities. Whoever adds up the lines counts the items twice.
 */

const salts = Object.freeze({ price: salted('line.price'), discount: salted('line.discount') });

const shippingTax = 25;

/** Amounts are rounded to the order's currency; tax is the difference of two rounded amounts. */
export interface OrderSums {
  readonly currency: Currency;
  readonly quantity: number;
  readonly cancelledQuantity: number;
  readonly isTaxInside: boolean;
  readonly lines: number;
  readonly shipping: number;
  readonly shippingTax: number;
  readonly handling: number;
  /** What is taken off, as a positive amount. */
  readonly discount: number;
  /** The tax on lines, shipping and handling, less that on the discount. */
  readonly tax: number;
}

/** An amount in the currency of an order, with the rate that was frozen on it. */
export function orderMoney(shop: Shop, slot: number, value: number): MonetaryValue {
  return money(value, currencyOf(shop, slot), currencyBaseRate(shop, slot), shop.orders.orderDate(slot));
}

/** Whether the prices of an order have their tax inside. */
function isTaxInside(shop: Shop, slot: number): boolean {
  return !shop.orders.isWholesale(slot);
}

/** Whether the values of a line are part of what the order comes to. */
export function isCounted(line: OrderLine): boolean {
  return line.__typename !== 'BundleItemOrderLine';
}

/** A base value with or without its tax, rounded. */
function taxed(
  currency: Currency,
  value: number,
  taxPercent: number,
  isInside: boolean,
  includingTax: boolean,
): number {
  if (isInside === includingTax) return roundTo(currency, value);
  return roundTo(currency, isInside ? value / (1 + taxPercent / 100) : value * (1 + taxPercent / 100));
}

/** What so many units of a line are worth; `price` is its own unless given. */
export function unitsValue(
  shop: Shop,
  line: OrderLine,
  units: number,
  includingTax: boolean,
  price = line.price,
): number {
  const currency = currencyOf(shop, line.slot);
  const value = roundTo(currency, price * units);
  return taxed(currency, value, line.taxPercent, isTaxInside(shop, line.slot), includingTax);
}

export function orderSums(shop: Shop, slot: number, all: readonly OrderLine[]): OrderSums {
  const currency = currencyOf(shop, slot);
  const isInside = isTaxInside(shop, slot);
  const counted = all.filter(isCounted);
  const quantity = counted.reduce((sum, line) => sum + line.quantity, 0);
  const lines = sumOf(currency, counted, (line) => roundTo(currency, line.price * line.quantity));
  const withTax = sumOf(currency, counted, (line) => unitsValue(shop, line, line.quantity, true));
  const withoutTax = sumOf(currency, counted, (line) => unitsValue(shop, line, line.quantity, false));
  const isFree =
    shop.dice.fraction(salts.price, slot, 200) < 0.4 || quantity === 0 || shop.orders.isGift(slot);
  const shipping = isFree ? 0 : roundTo(currency, 49 / currencyBaseRate(shop, slot));
  const hasHandling = quantity > 0 && shop.dice.fraction(salts.price, slot, 201) >= 0.9;
  const handling = hasHandling ? roundTo(currency, 0.3) : 0;
  const hasDiscount = shop.dice.fraction(salts.discount, slot, 200) < 0.15 && !shop.orders.isGift(slot);
  const discount = hasDiscount ? roundTo(currency, lines * 0.1) : 0;
  const lineTax = withTax - withoutTax;
  // Where a line is taxed, so are shipping and handling; a discount is taxed as the lines are on the whole.
  const feeTax = (fee: number) =>
    lineTax === 0 ? 0 : Math.abs(fee - taxed(currency, fee, shippingTax, isInside, !isInside));
  const discountTax = lines === 0 ? 0 : (discount * lineTax) / lines;
  return {
    currency,
    quantity,
    cancelledQuantity: counted.reduce((sum, line) => sum + line.cancelledQuantity, 0),
    isTaxInside: isInside,
    lines,
    shipping,
    shippingTax: roundTo(currency, feeTax(shipping)),
    handling,
    discount,
    tax: roundTo(currency, lineTax + feeTax(shipping) + feeTax(handling) - roundTo(currency, discountTax)),
  };
}

export function baseTotal(sums: OrderSums): number {
  return roundTo(sums.currency, sums.lines + sums.shipping + sums.handling - sums.discount);
}

export function grandTotal(sums: OrderSums, includingTax: boolean): number {
  if (sums.isTaxInside === includingTax) return baseTotal(sums);
  return roundTo(sums.currency, baseTotal(sums) + (includingTax ? sums.tax : -sums.tax));
}

export function sumOf<T>(currency: Currency, items: readonly T[], read: (item: T) => number): number {
  return roundTo(
    currency,
    items.reduce((sum, item) => sum + read(item), 0),
  );
}
