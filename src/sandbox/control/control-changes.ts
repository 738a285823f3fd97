import {
  type Body,
  booleanIn,
  ControlError,
  numberIn,
  numbersIn,
  objectBody,
  onlyFields,
  requiredNumber,
  textIn,
} from '../control-error.ts';
import * as changes from '../data/changes.ts';
import type { ProductSize, ProductVariant } from '../data/products.ts';
import type { Shop } from '../data/shop.ts';
import type { WarehousePlan } from '../data/tenant.ts';
import { parseDateTime } from '../date-time.ts';

/** What a change can write over an order. */
const settable = Object.freeze([
  'status',
  'otherComment',
  'internalComment',
  'externalId',
  'isOnHold',
  'isLocked',
  'isInternal',
  'isWaitingForPayment',
  'shippingAddress',
  'billingAddress',
]);

type Apply = (shop: Shop, change: Body, at: number) => readonly unknown[];

interface ChangeKind {
  /** Where the answer names what changed. */
  readonly group: 'orders' | 'returns' | 'deliveries' | 'stock';
  readonly fields: readonly string[];
  readonly apply: Apply;
}

const kinds: Readonly<Record<string, ChangeKind>> = Object.freeze({
  'orders.update': {
    group: 'orders',
    fields: ['numbers', 'count', 'set', 'at'],
    apply: (shop, change, at) => changes.updateOrders(shop, targetOf(change, 'numbers'), setOf(change), at),
  },
  'orders.create': {
    group: 'orders',
    fields: ['count', 'at'],
    apply: (shop, change, at) => changes.createOrders(shop, numberIn(change, 'count') ?? 1, at),
  },
  'orders.delete': {
    group: 'orders',
    fields: ['numbers', 'count', 'at'],
    apply: (shop, change, at) => changes.deleteOrders(shop, targetOf(change, 'numbers'), at),
  },
  'returns.create': {
    group: 'returns',
    fields: ['count', 'at', 'createdAt'],
    apply: (shop, change, at) =>
      changes.createReturns(shop, numberIn(change, 'count') ?? 1, at, timeIn(change, 'createdAt') ?? at),
  },
  'returns.complete': {
    group: 'returns',
    fields: ['ids', 'count', 'at'],
    apply: (shop, change, at) => changes.moveReturns(shop, targetOf(change, 'ids'), 'COMPLETED', at),
  },
  'returns.reopen': {
    group: 'returns',
    fields: ['ids', 'count', 'at'],
    apply: (shop, change, at) => changes.moveReturns(shop, targetOf(change, 'ids'), 'PENDING', at),
  },
  'returns.delete': {
    group: 'returns',
    fields: ['ids', 'count', 'at'],
    apply: (shop, change, at) => changes.deleteReturns(shop, targetOf(change, 'ids'), at),
  },
  'deliveries.create': {
    group: 'deliveries',
    fields: ['count', 'at'],
    apply: (shop, change, at) => changes.createDeliveries(shop, numberIn(change, 'count') ?? 1, at),
  },
  'deliveries.advance': {
    group: 'deliveries',
    fields: ['ids', 'count', 'at'],
    apply: (shop, change, at) => changes.advanceDeliveries(shop, targetOf(change, 'ids'), at),
  },
  'deliveries.accept': {
    group: 'deliveries',
    fields: ['ids', 'count', 'share', 'book', 'at'],
    apply: (shop, change, at) => {
      const share = numberIn(change, 'share') ?? 1;
      if (share <= 0 || share > 1) throw new ControlError('"share" must be above 0 and at most 1.');
      const isBooked = booleanIn(change, 'book') ?? true;
      return changes.acceptDeliveries(shop, targetOf(change, 'ids'), { share, isBooked }, at);
    },
  },
  'deliveries.shorten': {
    group: 'deliveries',
    fields: ['ids', 'count', 'lines', 'at'],
    apply: (shop, change, at) =>
      changes.shortenDeliveries(shop, targetOf(change, 'ids'), numberIn(change, 'lines') ?? 1, at),
  },
  'deliveries.delete': {
    group: 'deliveries',
    fields: ['ids', 'count', 'at'],
    apply: (shop, change, at) => changes.deleteDeliveries(shop, targetOf(change, 'ids'), at),
  },
  'stock.set': {
    group: 'stock',
    fields: ['warehouseId', 'productSizeId', 'physicalQuantity', 'at'],
    apply: (shop, change) => {
      const [warehouse, size] = stockPlace(shop, change);
      shop.stock.set(warehouse, size, requiredNumber(change, 'physicalQuantity'));
      return stockChanged(warehouse, size);
    },
  },
  'stock.remove': {
    group: 'stock',
    fields: ['warehouseId', 'productSizeId', 'at'],
    apply: (shop, change) => {
      const [warehouse, size] = stockPlace(shop, change);
      shop.stock.remove(warehouse, size);
      return stockChanged(warehouse, size);
    },
  },
  'stock.add': {
    group: 'stock',
    fields: ['warehouseId', 'physicalQuantity', 'at'],
    apply: (shop, change) => {
      const warehouse = warehouseOf(
        shop,
        numberIn(change, 'warehouseId') ?? shop.tenant.warehouses[0]?.id ?? 0,
      );
      const { variants, sizes } = shop.assortment;
      const size = shop.assortment.extend(variants[sizes.length % variants.length] as ProductVariant);
      for (const other of shop.tenant.warehouses) if (other !== warehouse) shop.stock.remove(other, size);
      shop.stock.set(warehouse, size, numberIn(change, 'physicalQuantity') ?? 10);
      return stockChanged(warehouse, size);
    },
  },
} satisfies Record<string, ChangeKind>);

/** Does a list of changes, or none of them when one is not understood. */
export function applyChanges(
  shop: Shop,
  list: unknown,
  now: number,
): Readonly<Record<string, readonly unknown[]>> {
  if (!Array.isArray(list)) throw new ControlError('"changes" must be a list.');
  const understood = list.map((one) => {
    const change = objectBody(one);
    const kind = kinds[String(change.kind)];
    if (kind === undefined) {
      throw new ControlError(
        `There is no change "${String(change.kind)}"; there are ${Object.keys(kinds).join(', ')}.`,
      );
    }
    onlyFields(change, ['kind', ...kind.fields], `A change "${String(change.kind)}"`);
    return { change, kind, at: timeOf(change, now) };
  });
  const changed: Record<string, unknown[]> = {};
  for (const { change, kind, at } of understood) {
    const rows = kind.apply(shop, change, at);
    changed[kind.group] = [...(changed[kind.group] ?? []), ...rows];
  }
  return changed;
}

function timeOf(change: Body, now: number): number {
  return timeIn(change, 'at') ?? now;
}

function timeIn(change: Body, name: string): number | undefined {
  const text = textIn(change, name);
  if (text === undefined) return undefined;
  const at = parseDateTime(text);
  if (at === undefined) throw new ControlError(`"${name}" must be a date and time, and "${text}" is none.`);
  return at;
}

function targetOf(change: Body, name: 'numbers' | 'ids'): changes.Target {
  const named = numbersIn(change, name);
  const count = numberIn(change, 'count');
  if ((named === undefined) === (count === undefined)) {
    throw new ControlError(`Either "${name}" or "count" must be given for "${String(change.kind)}".`);
  }
  return named === undefined ? { count: count ?? 0 } : { named };
}

function setOf(change: Body): Body | undefined {
  if (change.set === undefined) return undefined;
  const set = objectBody(change.set);
  onlyFields(set, settable, '"set"');
  if (set.status !== undefined && !changes.isOrderStatus(set.status)) {
    throw new ControlError(`"${String(set.status)}" is no order status.`);
  }
  return set;
}

function stockPlace(shop: Shop, change: Body): readonly [WarehousePlan, ProductSize] {
  const sizeId = requiredNumber(change, 'productSizeId');
  const size = shop.assortment.size(sizeId);
  if (size === undefined) throw new ControlError(`There is no product size ${sizeId}.`);
  return [warehouseOf(shop, requiredNumber(change, 'warehouseId')), size];
}

function warehouseOf(shop: Shop, id: number): WarehousePlan {
  const warehouse = shop.stock.warehouse(id);
  if (warehouse === undefined) throw new ControlError(`There is no warehouse ${id}.`);
  return warehouse;
}

function stockChanged(warehouse: WarehousePlan, size: ProductSize): readonly unknown[] {
  return [{ warehouseId: warehouse.id, productSizeId: size.id }];
}
