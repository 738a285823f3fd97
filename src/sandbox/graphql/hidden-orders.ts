import { isOnHold, isWaitingForPayment } from '../data/order-facts.ts';
import type { Shop } from '../data/shop.ts';
import type { Test, Where } from './filter.ts';

/** Orders that "may be left out of answers by default"; of which API, the documentation does not say. */
export const hiddenOrderKinds = Object.freeze(['archived', 'onHold', 'waitingForPayment'] as const);

export type HiddenOrders = (typeof hiddenOrderKinds)[number];

/** Lets through the orders that lists show: those that are not hidden, and those that the filter names. */
export function shownOrders(
  shop: Shop,
  where: Where | null | undefined,
  hidden: ReadonlySet<HiddenOrders>,
): Test<number> | undefined {
  const tests: Test<number>[] = [];
  const { status } = where ?? {};
  const namesArchived = Array.isArray(status) && status.includes('ARCHIVED');
  if (hidden.has('archived') && !namesArchived) {
    tests.push((slot) => shop.orders.status(slot) !== 'ARCHIVED');
  }
  if (hidden.has('onHold') && where?.isOnHold == null) tests.push((slot) => !isOnHold(shop, slot));
  if (hidden.has('waitingForPayment') && where?.isWaitingForPayment == null) {
    tests.push((slot) => !isWaitingForPayment(shop, slot));
  }
  return tests.length === 0 ? undefined : (slot) => tests.every((test) => test(slot));
}
