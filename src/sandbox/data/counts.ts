import { formatDateTime } from '../date-time.ts';
import { deliveryLineCount, deliveryStatus } from './delivery-lines.ts';
import { isFullyCancelled, lineCount } from './order-lines.ts';
import { returnLines } from './return-lines.ts';
import type { Shop } from './shop.ts';

/** The number of rows that a complete read of each kind gives. */
export function countRows(shop: Shop): Readonly<Record<string, number>> {
  let lines = 0;
  let activeLines = 0;
  const orders = shop.orders.rows();
  for (const slot of orders) {
    const count = lineCount(shop, slot);
    lines += count;
    for (let index = 0; index < count; index++) if (!isFullyCancelled(shop, slot, index)) activeLines += 1;
  }
  const returns = shop.returns.rows();
  const deliveries = shop.deliveries.rows();
  return {
    orders: orders.length,
    order_lines: lines,
    order_lines_active: activeLines,
    returns: returns.length,
    return_lines: returns.reduce((sum, row) => sum + returnLines(shop, row).length, 0),
    indeliveries: deliveries.length,
    indelivery_lines: deliveries.reduce((sum, row) => sum + deliveryLineCount(shop, row), 0),
    inventory: shop.stock.count(),
    warehouses: shop.tenant.warehouses.length,
    products: shop.assortment.products.length,
  };
}

export const listedRoots = Object.freeze(['orders', 'returns', 'purchaseOrderDeliveries'] as const);

export type ListedRoot = (typeof listedRoots)[number];

/** Every row with what changes about it, in the order of number or id. */
export function* listRows(shop: Shop, root: ListedRoot): Generator<Readonly<Record<string, unknown>>> {
  const { orders, returns, deliveries } = shop;
  const iso = (at: number) => formatDateTime(at, 'c');
  if (root === 'orders') {
    for (const slot of orders.rows()) {
      yield {
        number: orders.number(slot),
        id: orders.id(slot),
        status: orders.status(slot),
        orderDate: iso(orders.orderDate(slot)),
        updatedAt: iso(orders.updatedAt(slot)),
      };
    }
  } else if (root === 'returns') {
    for (const row of returns.rows()) {
      yield { id: returns.id(row), status: returns.status(row), createdAt: iso(returns.createdAt(row)) };
    }
  } else {
    for (const row of deliveries.rows()) {
      const { id, createdAt } = deliveries.row(row);
      yield { id, status: deliveryStatus(shop, row), createdAt: iso(createdAt) };
    }
  }
}
