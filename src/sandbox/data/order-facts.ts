import { salted } from '../dice.ts';
import { comments } from './awkward-text.ts';
import type { Currency } from './money.ts';
import type { OrderOverlay } from './order-table.ts';
import type { Shop } from './shop.ts';
import type { Country, CountryState, Market, Named, PaymentMethod } from './tenant.ts';

/*
 * The facts of one order that its lists filter by, each drawn by itself, so that a filter over a million orders
 * makes no objects.
 */

const salts = Object.freeze({
  market: salted('order.market'),
  country: salted('order.country'),
  state: salted('order.state'),
  customer: salted('order.customer'),
  account: salted('order.account'),
  buyer: salted('order.buyer'),
  flags: salted('order.flags'),
  comment: salted('order.comment'),
  internal: salted('order.internal'),
  external: salted('order.external'),
  payment: salted('order.payment'),
  rate: salted('order.rate'),
  ip: salted('order.ip'),
  window: salted('order.window'),
  dates: salted('order.dates'),
  ids: salted('order.ids'),
  poNumber: salted('order.purchaseOrderNumber'),
});

const day = 86_400;

export function marketOf(shop: Shop, slot: number): Market | null {
  if (shop.dice.fraction(salts.market, slot, 1) < 0.02) return null;
  return shop.dice.pick(shop.orders.store(slot).markets, salts.market, slot);
}

export function currencyOf(shop: Shop, slot: number): Currency {
  return marketOf(shop, slot)?.currency ?? shop.tenant.base;
}

/** To the base currency on the day of the order: near today's rate, and a float that no decimal hits exactly. */
export function currencyBaseRate(shop: Shop, slot: number): number {
  const currency = currencyOf(shop, slot);
  return currency.isBase ? 1 : currency.rate * (0.97 + shop.dice.fraction(salts.rate, slot) * 0.06);
}

export function countryOf(shop: Shop, slot: number): Country | null {
  if (shop.dice.fraction(salts.country, slot, 1) < 0.04) return null;
  return shop.dice.pick(shop.tenant.countries, salts.country, slot);
}

export function stateOf(shop: Shop, slot: number): CountryState | null {
  const code = countryOf(shop, slot)?.code;
  if (code !== 'US' && code !== 'NO') return null;
  return shop.dice.fraction(salts.state, slot, 1) < 0.3
    ? null
    : shop.dice.pick(shop.tenant.states, salts.state, slot);
}

/** Wholesale orders have no customer, and now and then a shopper stays unknown. */
export function customerIdOf(shop: Shop, slot: number): number | null {
  if (shop.orders.isWholesale(slot) || shop.dice.fraction(salts.customer, slot, 1) < 0.01) return null;
  return 1 + shop.dice.below(shop.customerCount, salts.customer, slot);
}

/** An order has one shipment, which it is sent with. */
export function shipmentIdOf(slot: number): number {
  return slot + 300;
}

export function accountIdOf(shop: Shop, slot: number): number | null {
  if (!shop.orders.isWholesale(slot)) return null;
  return 1 + shop.dice.below(shop.accountCount, salts.account, slot);
}

export function buyerIdOf(shop: Shop, slot: number): number | null {
  const account = accountIdOf(shop, slot);
  if (account === null || shop.dice.fraction(salts.buyer, slot, 1) < 0.05) return null;
  return account * 4 + shop.dice.below(4, salts.buyer, slot);
}

export function deliveryWindowOf(shop: Shop, slot: number): Named | null {
  if (!shop.orders.isWholesale(slot) || shop.dice.fraction(salts.window, slot, 1) < 0.4) return null;
  return shop.dice.pick(shop.tenant.deliveryWindows, salts.window, slot);
}

export function paymentMethodOf(shop: Shop, slot: number): PaymentMethod | null {
  if (shop.dice.fraction(salts.payment, slot, 1) < 0.03) return null;
  return shop.dice.pick(shop.tenant.paymentMethods, salts.payment, slot);
}

export function isOnHold(shop: Shop, slot: number): boolean {
  return overlaid(shop, slot, 'isOnHold', shop.dice.fraction(salts.flags, slot) < 0.04);
}

export function isLocked(shop: Shop, slot: number): boolean {
  return overlaid(shop, slot, 'isLocked', shop.dice.fraction(salts.flags, slot, 1) < 0.03);
}

export function isInternal(shop: Shop, slot: number): boolean {
  return overlaid(shop, slot, 'isInternal', shop.dice.fraction(salts.flags, slot, 2) < 0.02);
}

export function isWaitingForPayment(shop: Shop, slot: number): boolean {
  return overlaid(shop, slot, 'isWaitingForPayment', shop.dice.fraction(salts.flags, slot, 3) < 0.05);
}

export function isWaitingForCheckFirstAllocation(shop: Shop, slot: number): boolean {
  return shop.dice.fraction(salts.flags, slot, 4) < 0.02;
}

export function otherComment(shop: Shop, slot: number): string {
  const isEmpty = shop.dice.fraction(salts.comment, slot, 1) < 0.7;
  return overlaid(shop, slot, 'otherComment', isEmpty ? '' : shop.dice.pick(comments, salts.comment, slot));
}

export function internalComment(shop: Shop, slot: number): string | null {
  const draw = shop.dice.fraction(salts.internal, slot, 1);
  const text = draw < 0.7 ? null : draw < 0.8 ? '' : shop.dice.pick(comments, salts.internal, slot);
  return overlaid(shop, slot, 'internalComment', text);
}

export function externalId(shop: Shop, slot: number): string | null {
  const isMissing = shop.dice.fraction(salts.external, slot, 1) < 0.5;
  return overlaid(shop, slot, 'externalId', isMissing ? null : `EXT-${100_000 + slot}`);
}

export function userIP(shop: Shop, slot: number): string | null {
  if (shop.orders.isWholesale(slot)) return null;
  const word = shop.dice.hash(salts.ip, slot);
  if (word % 20 === 0) return `2001:db8::${(word >>> 16).toString(16)}`;
  return word % 17 === 0 ? null : `192.0.2.${(word >>> 8) % 256}`;
}

export function purchaseOrderNumber(shop: Shop, slot: number): string | null {
  if (!shop.orders.isWholesale(slot) || shop.dice.fraction(salts.poNumber, slot) < 0.2) return null;
  return `PO/${2000 + shop.dice.below(8000, salts.poNumber, slot, 1)}`;
}

export function preferredShippingDate(shop: Shop, slot: number): number | null {
  return laterDate(shop, slot, 1, 0.6);
}

export function estimatedDeliveryDate(shop: Shop, slot: number): number | null {
  return laterDate(shop, slot, 2, 0.5);
}

export function cancelDate(shop: Shop, slot: number): number | null {
  return shop.orders.isWholesale(slot) ? laterDate(shop, slot, 3, 0.3) : null;
}

export function languageIdOf(shop: Shop, slot: number): number {
  return shop.dice.pick(shop.tenant.languages, salts.ids, slot, 1);
}

export function affiliateIdOf(shop: Shop, slot: number): number | null {
  return shop.dice.fraction(salts.ids, slot, 2) < 0.9 ? null : 1 + shop.dice.below(5, salts.ids, slot, 3);
}

export function salesRepresentativeIdOf(shop: Shop, slot: number): number | null {
  return shop.orders.isWholesale(slot) ? 1 + shop.dice.below(4, salts.ids, slot, 4) : null;
}

export function allocationRuleIdOf(shop: Shop, slot: number): number {
  return 1 + shop.dice.below(3, salts.ids, slot, 5);
}

function laterDate(shop: Shop, slot: number, which: number, missing: number): number | null {
  if (shop.dice.fraction(salts.dates, slot, which) < missing) return null;
  return shop.orders.orderDate(slot) + (1 + shop.dice.below(20, salts.dates, slot, which + 10)) * day;
}

/** The generated value, unless a change wrote another one over it. */
function overlaid<T>(shop: Shop, slot: number, name: string, generated: T): T {
  const overlay: OrderOverlay | undefined = shop.orders.overlays.get(slot);
  return overlay !== undefined && name in overlay ? (overlay[name] as T) : generated;
}
