import { salted } from '../dice.ts';
import { comments } from './awkward-text.ts';
import { roundTo } from './money.ts';
import { currencyOf } from './order-facts.ts';
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
  bundle: salted('line.bundle'),
  lost: salted('line.lost'),
});

/** An order has fewer lines than this; ids of lines count on it. */
const mostLines = 16;

/** A bundle and the items in it are lines of one order both, the bundle first. */
const itemsOfBundle = 2;

export type LineKind =
  | 'ProductOrderLine'
  | 'BundleOrderLine'
  | 'BundleItemOrderLine'
  | 'GiftCertificateOrderLine';

export interface OrderLine {
  readonly __typename: LineKind;
  readonly slot: number;
  readonly index: number;
  readonly id: number;
  /** Units still on the line: cancelled ones are taken out. */
  readonly quantity: number;
  readonly cancelledQuantity: number;
  readonly taxPercent: number;
  readonly comment: string | null;
  readonly discountPercent: number;
  readonly hasAnyDiscount: boolean;
  /** What was sold, which the texts of the line come from. Gift certificates sell no product. */
  readonly sold: ProductSize | null;
  /** How much of what was sold still exists: a size can be removed from its variant, and a product from the shop. */
  readonly left: 'size' | 'variant' | 'nothing';
  /** As the price list has it: with tax for a shopper, without it for a reseller. In the order's currency, rounded. */
  readonly price: number;
  readonly originalPrice: number;
}

export function lineCount(shop: Shop, slot: number): number {
  if (shop.orders.isGift(slot)) return 1;
  const draw = shop.dice.fraction(salts.count, slot);
  return shop.orders.isWholesale(slot) ? 2 + Math.floor(draw * 11) : 1 + Math.floor(draw ** 3 * 5);
}

export function lineKind(shop: Shop, slot: number, index: number): LineKind {
  if (shop.orders.isGift(slot)) return 'GiftCertificateOrderLine';
  if (index > itemsOfBundle || !hasBundle(shop, slot)) return 'ProductOrderLine';
  return index === 0 ? 'BundleOrderLine' : 'BundleItemOrderLine';
}

function hasBundle(shop: Shop, slot: number): boolean {
  return lineCount(shop, slot) > itemsOfBundle && shop.dice.fraction(salts.bundle, slot) < 0.25;
}

/** Units ever ordered, cancelled ones among them. The items of a bundle come once in each bundle. */
function orderedQuantity(shop: Shop, slot: number, index: number): number {
  const kind = lineKind(shop, slot, index);
  if (kind === 'GiftCertificateOrderLine') return 1;
  const draw = shop.dice.fraction(salts.quantity, slot, kind === 'BundleItemOrderLine' ? 0 : index);
  return shop.orders.isWholesale(slot) ? 1 + Math.floor(draw * 60) : 1 + Math.floor(draw ** 4 * 4);
}

/** A cancelled order has no other lines than fully cancelled ones. */
function cancelledQuantity(shop: Shop, slot: number, index: number): number {
  const ordered = orderedQuantity(shop, slot, index);
  if (shop.orders.status(slot) === 'CANCELLED') return ordered;
  const kind = lineKind(shop, slot, index);
  if (kind === 'GiftCertificateOrderLine') return 0;
  const draw = shop.dice.fraction(salts.cancelled, slot, kind === 'BundleItemOrderLine' ? 0 : index);
  if (draw < 0.05) return ordered;
  return draw < 0.12 ? Math.floor(ordered / 2) : 0;
}

/** Units still on the line. */
export function lineQuantity(shop: Shop, slot: number, index: number): number {
  return orderedQuantity(shop, slot, index) - cancelledQuantity(shop, slot, index);
}

export function isFullyCancelled(shop: Shop, slot: number, index: number): boolean {
  return lineQuantity(shop, slot, index) === 0;
}

export function orderLines(shop: Shop, slot: number): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  for (let index = 0, end = lineCount(shop, slot); index < end; index++)
    lines.push(orderLine(shop, slot, index));
  return lines;
}

function lineId(slot: number, index: number): number {
  return slot * mostLines + index + 17;
}

export function orderLine(shop: Shop, slot: number, index: number): OrderLine {
  const { dice } = shop;
  const kind = lineKind(shop, slot, index);
  const sold = kind === 'GiftCertificateOrderLine' ? null : soldSize(shop, slot, index, kind);
  const prices = pricesOf(shop, slot, index, kind, sold);
  const draw = dice.fraction(salts.lost, slot, index);
  return {
    __typename: kind,
    slot,
    index,
    id: lineId(slot, index),
    quantity: lineQuantity(shop, slot, index),
    cancelledQuantity: cancelledQuantity(shop, slot, index),
    taxPercent: taxPercentOf(shop, slot, index, kind),
    comment:
      dice.fraction(salts.comment, slot, index) < 0.9
        ? null
        : dice.pick(comments, salts.comment, slot, index),
    discountPercent: prices.discountPercent,
    hasAnyDiscount: prices.discountPercent > 0,
    sold,
    left: sold === null || draw < 0.01 ? 'nothing' : draw < 0.03 ? 'variant' : 'size',
    price: prices.price,
    originalPrice: prices.originalPrice,
  };
}

function soldSize(shop: Shop, slot: number, index: number, kind: LineKind): ProductSize {
  const { dice, assortment } = shop;
  const { bundleSizes } = assortment;
  if (kind === 'BundleOrderLine' && bundleSizes.length > 0) {
    return dice.pick(bundleSizes, salts.size, slot, index);
  }
  // Only sizes that the shop opened with: a size added later must not change what older orders hold.
  return assortment.sizes[dice.below(assortment.initialSizes, salts.size, slot, index)] as ProductSize;
}

function taxPercentOf(shop: Shop, slot: number, index: number, kind: LineKind): number {
  if (kind === 'GiftCertificateOrderLine') return 0;
  // Resellers abroad pay no tax; those in the country have it put on top of their prices.
  if (shop.orders.isWholesale(slot)) return isTaxedWholesale(shop, slot) ? 25 : 0;
  const rates = [25, 25, 25, 12, 6, 0, 8.1];
  return shop.dice.pick(rates, salts.tax, slot, kind === 'BundleItemOrderLine' ? 0 : index);
}

function isTaxedWholesale(shop: Shop, slot: number): boolean {
  return shop.dice.fraction(salts.tax, slot, 300) < 0.4;
}

interface Prices {
  readonly price: number;
  readonly originalPrice: number;
  readonly discountPercent: number;
}

function pricesOf(shop: Shop, slot: number, index: number, kind: LineKind, sold: ProductSize | null): Prices {
  const { dice } = shop;
  const currency = currencyOf(shop, slot);
  if (sold === null) {
    const price = roundTo(
      currency,
      dice.pick([100, 250, 500, 1000], salts.price, slot, index) / currency.rate,
    );
    return { price, originalPrice: price, discountPercent: 0 };
  }
  if (kind === 'BundleOrderLine') {
    // The price of a bundle is that of its items together.
    const items = Array.from({ length: itemsOfBundle }, (_, item) => orderLine(shop, slot, item + 1));
    const sum = (read: (line: OrderLine) => number) =>
      roundTo(
        currency,
        items.reduce((total, line) => total + read(line), 0),
      );
    return {
      price: sum((line) => line.price),
      originalPrice: sum((line) => line.originalPrice),
      discountPercent: 0,
    };
  }
  const originalPrice = roundTo(currency, sold.productVariant.product.price / currency.rate);
  const isDiscounted = dice.fraction(salts.discount, slot, index) < 0.2;
  const discountPercent = isDiscounted
    ? dice.pick([10, 20, 33.3, 50, 70], salts.discount, slot, index + 100)
    : 0;
  return {
    price: roundTo(currency, originalPrice * (1 - discountPercent / 100)),
    originalPrice,
    discountPercent,
  };
}
