import { salted } from '../dice.ts';
import { roundTo } from './money.ts';
import { baseTotal, isCounted, type OrderSums, orderSums, unitsValue } from './order-amounts.ts';
import { shipmentIdOf } from './order-facts.ts';
import { type OrderLine, orderLines } from './order-lines.ts';
import { returnedQuantity } from './return-lines.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({ split: salted('shipment.split') });

/** Second shipments have ids far above those of first ones. */
const secondIds = 8_000_000;

/** A shipment of an order: its only one, or one of two. */
export interface ShipmentRow {
  readonly id: number;
  /** The slot of its order. */
  readonly order: number;
  /** 1, or 2. */
  readonly turn: number;
}

export interface ShipmentLine {
  readonly id: number;
  readonly orderLine: OrderLine;
  readonly quantity: number;
  readonly returnedQuantity: number;
}

/** Orders in work or done have shipments, and so have those that anything came back of. */
export function shipmentsOf(shop: Shop, order: number): readonly ShipmentRow[] {
  const status = shop.orders.status(order);
  const isInWork = status === 'PROCESSING' || status === 'SHIPPED' || status === 'ARCHIVED';
  if (!isInWork && !hasReturn(shop, order)) return [];
  const first = { id: shipmentIdOf(order), order, turn: 1 };
  return isSplit(shop, order) ? [first, { id: first.id + secondIds, order, turn: 2 }] : [first];
}

export function shipmentOfId(shop: Shop, id: number): ShipmentRow | undefined {
  const order = (id > secondIds ? id - secondIds : id) - shipmentIdOf(0);
  if (order < 0 || order >= shop.orders.slots || !shop.orders.isListed(order)) return undefined;
  return shipmentsOf(shop, order).find((one) => one.id === id);
}

function hasReturn(shop: Shop, order: number): boolean {
  return shop.returns.ofOrder(order).some((row) => shop.returns.isListed(row));
}

function isSplit(shop: Shop, order: number): boolean {
  return shop.dice.fraction(salts.split, order) < 0.12 && shippedLines(shop, order).length > 1;
}

function shippedLines(shop: Shop, order: number): readonly OrderLine[] {
  return orderLines(shop, order).filter((line) => line.quantity > 0);
}

/** Of two shipments the first has all lines but the last. */
export function shipmentLines(shop: Shop, { order, turn }: ShipmentRow): readonly ShipmentLine[] {
  const lines = shippedLines(shop, order);
  if (!isSplit(shop, order)) return lines.map((line) => lineOf(shop, line));
  return (turn === 1 ? lines.slice(0, -1) : lines.slice(-1)).map((line) => lineOf(shop, line));
}

export function shipmentLineOf(shop: Shop, line: OrderLine): ShipmentLine {
  return lineOf(shop, line);
}

function lineOf(shop: Shop, orderLine: OrderLine): ShipmentLine {
  const { id, slot, index, quantity } = orderLine;
  return { id: id + 5, orderLine, quantity, returnedQuantity: returnedQuantity(shop, slot, index) };
}

export interface ShipmentSums {
  readonly order: OrderSums;
  readonly shipping: number;
  readonly handling: number;
  readonly discount: number;
  readonly withTax: number;
  readonly withoutTax: number;
}

/** Shipping, handling and discount of an order stand on its first shipment. */
export function shipmentSums(shop: Shop, row: ShipmentRow): ShipmentSums {
  const order = orderSums(shop, row.order, orderLines(shop, row.order));
  const total = (includingTax: boolean) => {
    const value = shipmentLines(shop, row)
      .filter((line) => isCounted(line.orderLine))
      .reduce((sum, line) => sum + unitsValue(shop, line.orderLine, line.quantity, includingTax), 0);
    if (row.turn > 1) return roundTo(order.currency, value);
    // What the order comes to beside its lines.
    const ofOrder = order.isTaxInside === includingTax ? baseTotal(order) : otherTotal(order, includingTax);
    const lines = orderLines(shop, row.order)
      .filter(isCounted)
      .reduce((sum, line) => sum + unitsValue(shop, line, line.quantity, includingTax), 0);
    return roundTo(order.currency, value + ofOrder - lines);
  };
  const isFirst = row.turn === 1;
  return {
    order,
    shipping: isFirst ? order.shipping : 0,
    handling: isFirst ? order.handling : 0,
    discount: isFirst ? order.discount : 0,
    withTax: total(true),
    withoutTax: total(false),
  };
}

function otherTotal(order: OrderSums, includingTax: boolean): number {
  return baseTotal(order) + (includingTax ? order.tax : -order.tax);
}

const day = 86_400;

/** When it left; null while it is being packed. It leaves a day after the order, and never in the future. */
export function shippedAt(shop: Shop, { order, turn }: ShipmentRow): number | null {
  if (shop.orders.status(order) === 'PROCESSING' && !hasReturn(shop, order)) return null;
  return Math.min(shop.orders.orderDate(order) + turn * day, shop.orders.updatedAt(order));
}
