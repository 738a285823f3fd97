import { deliveryLines } from './delivery-lines.ts';
import type { DeliveryStatus } from './delivery-table.ts';
import { salted } from '../dice.ts';
import type { ChangeType } from './events.ts';
import { marketOf } from './order-facts.ts';
import { type OrderOverlay, type OrderStatus, orderStatuses } from './order-table.ts';
import type { Shop } from './shop.ts';

/** Rows that a change names: by number or id, or any so many. */
export interface Target {
  readonly named?: readonly number[];
  readonly count?: number;
}

const salts = Object.freeze({ pick: salted('change.pick') });

const nextStatus: Readonly<Partial<Record<OrderStatus, OrderStatus>>> = Object.freeze({
  INCOMPLETE: 'PENDING',
  PENDING: 'CONFIRMED',
  CONFIRMED: 'PROCESSING',
  PROCESSING: 'COMPLETED',
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
    orderEvent(shop, slot, 'UPDATED', at, moved === before ? undefined : moved);
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

/** New returns, each of an order that has none if there is one left; gives their ids. */
export function createReturns(shop: Shop, count: number, at: number): readonly number[] {
  const { orders, returns } = shop;
  const listed = orders.rows();
  return Array.from({ length: count }, (_, turn) => {
    const start = shop.dice.below(Math.max(1, listed.length), salts.pick, returns.version(), turn);
    let slot = listed[start] ?? 0;
    for (let step = 0; step < Math.min(listed.length, 2000); step++) {
      slot = listed[(start + step) % listed.length] ?? 0;
      if (returns.ofOrder(slot).length === 0 && orders.status(slot) !== 'CANCELLED') break;
    }
    const row = returns.create(slot, at);
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

/** PENDING, then SENT, then INSERTED; what is inserted is in stock from then on. */
export function advanceDeliveries(shop: Shop, target: Target, at: number): readonly number[] {
  const { deliveries } = shop;
  const rows = rowsOf(
    deliveries,
    target,
    deliveries.version(),
    (row) => deliveries.row(row).status !== 'INSERTED',
  );
  return rows.map((row) => {
    const next: DeliveryStatus = deliveries.row(row).status === 'PENDING' ? 'SENT' : 'INSERTED';
    const isArrival = next === 'INSERTED' && deliveries.row(row).status !== 'INSERTED';
    deliveries.setStatus(row, next, at);
    if (isArrival) putIntoStock(shop, row, at);
    deliveryEvent(shop, row, isArrival ? 'COMPLETED' : 'UPDATED', at);
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

/** Writes an event about a warehouse, whose stock changed. */
export function stockEvent(shop: Shop, warehouseId: number, at: number): void {
  const occurrence = { objectType: 'Warehouse', changeType: 'DEPENDENT_DATA_CHANGED' as const };
  shop.events.record({ ...occurrence, objectReference: String(warehouseId) }, at);
}

export function isOrderStatus(text: unknown): text is OrderStatus {
  return orderStatuses.some((status) => status === text);
}

function putIntoStock(shop: Shop, row: number, at: number): void {
  const { warehouse: index } = shop.deliveries.row(row);
  const warehouse = index === null ? undefined : shop.tenant.warehouses[index];
  if (warehouse === undefined) return;
  for (const { productSize, quantity } of deliveryLines(shop, row)) {
    const isKept = shop.stock.isKept(warehouse, productSize);
    const before = isKept ? shop.stock.quantities({ warehouse, productSize }).physicalQuantity : 0;
    shop.stock.set(warehouse, productSize, before + quantity);
  }
  stockEvent(shop, warehouse.id, at);
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
      objectReference: shop.orders.id(slot),
      storeId: shop.orders.store(slot).id,
      ...(marketId === undefined ? {} : { marketId }),
      ...(moved === undefined ? {} : { moved }),
    },
    at,
  );
}

function returnEvent(shop: Shop, row: number, changeType: ChangeType, at: number): void {
  const storeId = shop.orders.store(shop.returns.order(row)).id;
  shop.events.record(
    { objectType: 'Return', changeType, objectReference: String(shop.returns.id(row)), storeId },
    at,
  );
}

function deliveryEvent(shop: Shop, row: number, changeType: ChangeType, at: number): void {
  const objectReference = String(shop.deliveries.row(row).id);
  shop.events.record({ objectType: 'PurchaseOrderDelivery', changeType, objectReference }, at);
}
