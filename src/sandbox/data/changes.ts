import { salted } from '../dice.ts';
import { deliveryLines, unitsOf } from './delivery-lines.ts';
import { isOpen } from './delivery-table.ts';
import type { ChangeType } from './events.ts';
import { marketOf } from './order-facts.ts';
import { type OrderOverlay, type OrderStatus, orderStatuses } from './order-table.ts';
import { shipmentsOf } from './shipments.ts';
import type { Shop } from './shop.ts';

/** Rows that a change names: by number or id, or any so many. */
export interface Target {
  readonly named?: readonly number[];
  readonly count?: number;
}

const salts = Object.freeze({ pick: salted('change.pick') });

const nextStatus: Readonly<Partial<Record<OrderStatus, OrderStatus>>> = Object.freeze({
  PENDING: 'CONFIRMED',
  CONFIRMED: 'PROCESSING',
  PROCESSING: 'SHIPPED',
});

/** Changes orders, and gives their numbers. Without `set` the status moves on, or a comment says that it was here. */
export function updateOrders(
  shop: Shop,
  target: Target,
  set: OrderOverlay | undefined,
  at: number,
): readonly number[] {
  const { orders } = shop;
  return rowsOf(orders, target, orders.version()).map((slot) => {
    const { status, ...overlay } = set ?? {};
    const before = orders.status(slot);
    const moved = set === undefined ? nextStatus[before] : (status as OrderStatus | undefined);
    orders.update(slot, at, {
      ...(moved === undefined ? {} : { status: moved }),
      overlay: set === undefined ? { otherComment: `Changed ${orders.version() + 1}` } : overlay,
    });
    const isFinished = moved === 'SHIPPED' && before !== 'SHIPPED';
    // Only a client that listens to both hears of every order.
    const changeType = isFinished && orders.number(slot) % 2 === 0 ? 'COMPLETED' : 'UPDATED';
    orderEvent(shop, slot, changeType, at, moved === before ? undefined : moved);
    shipmentEvents(shop, slot, isFinished ? 'COMPLETED' : 'UPDATED', at);
    return orders.number(slot);
  });
}

export function createOrders(shop: Shop, count: number, at: number): readonly number[] {
  return Array.from({ length: count }, () => {
    const slot = shop.orders.create(at);
    orderEvent(shop, slot, 'CREATED', at);
    return shop.orders.number(slot);
  });
}

export function deleteOrders(shop: Shop, target: Target, at: number): readonly number[] {
  return rowsOf(shop.orders, target, shop.orders.version()).map((slot) => {
    shop.orders.delete(slot);
    orderEvent(shop, slot, 'DELETED', at);
    return shop.orders.number(slot);
  });
}

/**
 * New returns, each of an order that has none if there is one left; gives their ids. They are made at `at`, and dated
 * `createdAt`, which whoever makes a return can set to the past.
 */
export function createReturns(shop: Shop, count: number, at: number, createdAt = at): readonly number[] {
  const { orders, returns } = shop;
  const listed = orders.rows();
  const isFit = (slot: number) =>
    returns.ofOrder(slot).length === 0 && orders.status(slot) !== 'CANCELLED' && !orders.isGift(slot);
  return Array.from({ length: count }, (_, turn) => {
    const start = shop.dice.below(Math.max(1, listed.length), salts.pick, returns.version(), turn);
    let slot = listed[start] ?? 0;
    for (let step = 0; step < Math.min(listed.length, 2000); step++) {
      slot = listed[(start + step) % listed.length] ?? 0;
      if (isFit(slot)) break;
    }
    const row = returns.create(slot, createdAt);
    returnEvent(shop, row, 'CREATED', at);
    return returns.id(row);
  });
}

/** Moves returns to a status, those that are not there yet unless they are named; no date of theirs changes. */
export function moveReturns(
  shop: Shop,
  target: Target,
  status: 'PENDING' | 'COMPLETED',
  at: number,
): readonly number[] {
  const { returns } = shop;
  const rows = rowsOf(returns, target, returns.version(), (row) => returns.status(row) !== status);
  return rows.map((row) => {
    returns.setStatus(row, status);
    returnEvent(shop, row, status === 'COMPLETED' ? 'COMPLETED' : 'UPDATED', at);
    return returns.id(row);
  });
}

export function deleteReturns(shop: Shop, target: Target, at: number): readonly number[] {
  const { returns } = shop;
  return rowsOf(returns, target, returns.version()).map((row) => {
    returns.delete(row);
    returnEvent(shop, row, 'DELETED', at);
    return returns.id(row);
  });
}

export function createDeliveries(shop: Shop, count: number, at: number): readonly number[] {
  return Array.from({ length: count }, () => {
    const row = shop.deliveries.create(at);
    deliveryEvent(shop, row, 'CREATED', at);
    return shop.deliveries.row(row).id;
  });
}

/** Announced, then sent, then INSERTED; what is inserted is in stock from then on. */
export function advanceDeliveries(shop: Shop, target: Target, at: number): readonly number[] {
  const { deliveries } = shop;
  return rowsOf(deliveries, target, deliveries.version(), (row) => isOpen(deliveries.row(row))).map((row) => {
    if (deliveries.row(row).status === 'announced') {
      deliveries.setStatus(row, 'sent', at);
      deliveryEvent(shop, row, 'UPDATED', at);
    } else {
      insertDelivery(shop, row, at);
    }
    return deliveries.row(row).id;
  });
}

export interface Acceptance {
  /** The share of the units that came, above 0 and up to 1. */
  readonly share: number;
  /** Whether they are booked into stock. A delivery that is not never becomes INSERTED. */
  readonly isBooked: boolean;
}

/**
 * Accepts open deliveries. What did not come makes another delivery of the purchase order (957-2). Gives the ids of
 * the deliveries that were accepted, then those of the new ones.
 */
export function acceptDeliveries(
  shop: Shop,
  target: Target,
  { share, isBooked }: Acceptance,
  at: number,
): readonly number[] {
  const { deliveries } = shop;
  const rows = rowsOf(deliveries, target, deliveries.version(), (row) => isOpen(deliveries.row(row)));
  const rests: number[] = [];
  for (const row of rows) {
    const announced = unitsOf(shop, row);
    const came = new Map([...announced].map(([place, units]) => [place, Math.ceil(units * share)]));
    const missing = new Map([...announced].map(([place, units]) => [place, units - (came.get(place) ?? 0)]));
    if (share < 1) deliveries.setUnits(row, came);
    if (isBooked) {
      insertDelivery(shop, row, at);
    } else {
      deliveries.setStatus(row, 'acceptedUnbooked', at);
      deliveryEvent(shop, row, 'UPDATED', at);
    }
    if (![...missing.values()].some((units) => units > 0)) continue;
    const rest = deliveries.createRest(row, missing, at);
    deliveryEvent(shop, rest, 'CREATED', at);
    rests.push(rest);
  }
  return [...rows, ...rests].map((row) => deliveries.row(row).id);
}

/** Takes the first lines off deliveries, and leaves each at least one. No date says so. */
export function shortenDeliveries(shop: Shop, target: Target, lines: number, at: number): readonly number[] {
  const { deliveries } = shop;
  const rows = rowsOf(
    deliveries,
    target,
    deliveries.version(),
    (row) => isOpen(deliveries.row(row)) && deliveryLines(shop, row).length > 1,
  );
  return rows.map((row) => {
    deliveries.dropLines(row, Math.min(lines, deliveryLines(shop, row).length - 1));
    deliveryEvent(shop, row, 'UPDATED', at);
    return deliveries.row(row).id;
  });
}

export function deleteDeliveries(shop: Shop, target: Target, at: number): readonly number[] {
  const { deliveries } = shop;
  return rowsOf(deliveries, target, deliveries.version()).map((row) => {
    deliveries.delete(row);
    deliveryEvent(shop, row, 'DELETED', at);
    return deliveries.row(row).id;
  });
}

export function isOrderStatus(text: unknown): text is OrderStatus {
  return orderStatuses.some((status) => status === text);
}

function insertDelivery(shop: Shop, row: number, at: number): void {
  const { deliveries, stock, tenant } = shop;
  const { warehouse: index, id } = deliveries.row(row);
  const warehouse = index === null ? undefined : tenant.warehouses[index];
  for (const { ordered, quantity } of warehouse === undefined ? [] : deliveryLines(shop, row)) {
    if (warehouse === undefined) continue;
    const before = stock.isKept(warehouse, ordered) ? stock.physical(warehouse, ordered) : 0;
    stock.set(warehouse, ordered, before + quantity);
  }
  deliveries.setStatus(row, 'INSERTED', at);
  deliveryEvent(shop, row, 'COMPLETED', at);
  shop.events.record(
    { objectType: 'StockChange', changeType: 'CREATED', objectReference: stockChangeId(id) },
    at,
  );
}

/** The id of the change of stock that a delivery made: far from the ids of deliveries. */
export function stockChangeId(deliveryId: number): number {
  return deliveryId + 400_000;
}

interface Rows {
  rows(): Int32Array;
  rowOf(key: number): number | undefined;
}

/** The listed rows of a target. A count takes them from all over the table, differently with every `turn`. */
function rowsOf(
  table: Rows,
  target: Target,
  turn: number,
  isFit: (row: number) => boolean = () => true,
): readonly number[] {
  const listed = table.rows();
  if (target.named !== undefined) {
    const rows = target.named.map((name) => table.rowOf(name));
    const all = new Set(listed);
    return rows.filter((row): row is number => row !== undefined && all.has(row));
  }
  const fit = listed.filter(isFit);
  const count = Math.min(fit.length, target.count ?? 0);
  const start = (turn * 7919) % Math.max(1, fit.length);
  return Array.from(
    { length: count },
    (_, i) => fit[(start + Math.floor((i * fit.length) / count)) % fit.length] as number,
  );
}

function orderEvent(shop: Shop, slot: number, changeType: ChangeType, at: number, moved?: OrderStatus): void {
  const marketId = marketOf(shop, slot)?.id;
  shop.events.record(
    {
      objectType: 'Order',
      changeType,
      objectReference: shop.orders.number(slot),
      storeId: shop.orders.store(slot).id,
      ...(marketId === undefined ? {} : { marketId }),
      ...(moved === undefined ? {} : { moved }),
    },
    at,
  );
}

function shipmentEvents(shop: Shop, slot: number, changeType: ChangeType, at: number): void {
  const storeId = shop.orders.store(slot).id;
  for (const { id } of shipmentsOf(shop, slot)) {
    shop.events.record({ objectType: 'Shipment', changeType, objectReference: id, storeId }, at);
  }
}

function returnEvent(shop: Shop, row: number, changeType: ChangeType, at: number): void {
  const storeId = shop.orders.store(shop.returns.order(row)).id;
  shop.events.record(
    { objectType: 'Return', changeType, objectReference: shop.returns.id(row), storeId },
    at,
  );
}

function deliveryEvent(shop: Shop, row: number, changeType: ChangeType, at: number): void {
  const { id, purchaseOrder } = shop.deliveries.row(row);
  shop.events.record({ objectType: 'PurchaseOrderDelivery', changeType, objectReference: id }, at);
  shop.events.record(
    { objectType: 'PurchaseOrder', changeType: 'UPDATED', objectReference: purchaseOrder.id },
    at,
  );
}
