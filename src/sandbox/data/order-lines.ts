import { comments } from './awkward-text.ts';
import { salted } from '../dice.ts';
import { roundToCents } from './money.ts';
import { currencyBaseRate, currencyOf } from './order-facts.ts';
import type { ProductSize } from './products.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({
  count: salted('line.count'),
  quantity: salted('line.quantity'),
  cancelled: salted('line.cancelled'),
  size: salted('line.size'),
  price: salted('line.price'),
  discount: salted('line.discount'),
  tax: salted('line.tax'),
  comment: salted('line.comment'),
});

/** An order has fewer lines than this; ids of lines count on it. */
const mostLines = 16;

export interface OrderLine {
  readonly slot: number;
  readonly index: number;
  readonly id: number;
  readonly quantity: number;
  readonly cancelledQuantity: number;
  readonly taxPercent: number;
  readonly comment: string | null;
  readonly discountPercent: number | null;
  readonly hasAnyDiscount: boolean;
  readonly productSize: ProductSize;
  /** With tax, in the order's currency. */
  readonly price: number;
  readonly originalPrice: number;
}

export function lineCount(shop: Shop, slot: number): number {
  const draw = shop.dice.fraction(salts.count, slot);
  return shop.orders.isWholesale(slot) ? 2 + Math.floor(draw * 11) : 1 + Math.floor(draw ** 3 * 5);
}

export function lineQuantity(shop: Shop, slot: number, index: number): number {
  const draw = shop.dice.fraction(salts.quantity, slot, index);
  return shop.orders.isWholesale(slot) ? 1 + Math.floor(draw * 60) : 1 + Math.floor(draw ** 4 * 4);
}

/** A cancelled order has no other lines than fully cancelled ones. */
export function cancelledQuantity(shop: Shop, slot: number, index: number): number {
  const quantity = lineQuantity(shop, slot, index);
  if (shop.orders.status(slot) === 'CANCELLED') return quantity;
  const draw = shop.dice.fraction(salts.cancelled, slot, index);
  if (draw < 0.05) return quantity;
  return draw < 0.12 ? Math.floor(quantity / 2) : 0;
}

export function isFullyCancelled(shop: Shop, slot: number, index: number): boolean {
  return cancelledQuantity(shop, slot, index) === lineQuantity(shop, slot, index);
}

export function orderLines(shop: Shop, slot: number): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  for (let index = 0, end = lineCount(shop, slot); index < end; index++)
    lines.push(orderLine(shop, slot, index));
  return lines;
}

export function orderLine(shop: Shop, slot: number, index: number): OrderLine {
  const { dice, assortment } = shop;
  // Only sizes that the shop opened with: a size added later must not change what older orders hold.
  const productSize = assortment.sizes[
    dice.below(assortment.initialSizes, salts.size, slot, index)
  ] as ProductSize;
  const original = productSize.productVariant.product.price / currencyOf(shop, slot).rate;
  // A third of the prices keeps every digit of its conversion.
  const isRounded = dice.fraction(salts.price, slot, index) > 0.34;
  const originalPrice = isRounded ? roundToCents(original) : original;
  const isDiscounted = dice.fraction(salts.discount, slot, index) < 0.2;
  const discountPercent = isDiscounted
    ? dice.pick([10, 20, 33.3, 50, 70], salts.discount, slot, index + 100)
    : null;
  return {
    slot,
    index,
    id: slot * mostLines + index + 17,
    quantity: lineQuantity(shop, slot, index),
    cancelledQuantity: cancelledQuantity(shop, slot, index),
    taxPercent: shop.orders.isWholesale(slot)
      ? 0
      : dice.pick([25, 25, 25, 12, 6, 0, 8.1], salts.tax, slot, index),
    comment:
      dice.fraction(salts.comment, slot, index) < 0.9
        ? null
        : dice.pick(comments, salts.comment, slot, index),
    discountPercent,
    hasAnyDiscount: isDiscounted,
    productSize,
    price: originalPrice * (1 - (discountPercent ?? 0) / 100),
    originalPrice,
  };
}

/** What is left of the line after cancellations, in the order's currency. */
export function lineValue(line: OrderLine, includingTax: boolean): number {
  const value = line.price * (line.quantity - line.cancelledQuantity);
  return includingTax ? value : withoutTax(value, line.taxPercent);
}

export function withoutTax(value: number, taxPercent: number): number {
  return value / (1 + taxPercent / 100);
}

export interface OrderSums {
  readonly quantity: number;
  readonly linesWithTax: number;
  readonly linesWithoutTax: number;
  readonly shipping: number;
  readonly handling: number;
  readonly discount: number;
}

const shippingTax = 25;

export function orderSums(shop: Shop, slot: number, lines: readonly OrderLine[]): OrderSums {
  let quantity = 0;
  let linesWithTax = 0;
  let linesWithoutTax = 0;
  for (const line of lines) {
    quantity += line.quantity - line.cancelledQuantity;
    linesWithTax += lineValue(line, true);
    linesWithoutTax += lineValue(line, false);
  }
  const rate = currencyBaseRate(shop, slot);
  const isFree = shop.dice.fraction(salts.price, slot, 200) < 0.4 || quantity === 0;
  const discount = shop.dice.fraction(salts.discount, slot, 200) < 0.15 ? linesWithTax * 0.1 : 0;
  return {
    quantity,
    linesWithTax,
    linesWithoutTax,
    shipping: isFree ? 0 : roundToCents(49 / rate),
    handling: shop.dice.fraction(salts.price, slot, 201) < 0.9 ? 0 : 0.1 + 0.2,
    discount,
  };
}

export function grandTotal(sums: OrderSums, includingTax: boolean): number {
  const shipping = includingTax ? sums.shipping : withoutTax(sums.shipping, shippingTax);
  return (includingTax ? sums.linesWithTax : sums.linesWithoutTax) + shipping + sums.handling - sums.discount;
}
