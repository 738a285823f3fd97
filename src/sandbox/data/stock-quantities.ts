import { salted } from '../dice.ts';
import { type DeliveryLine, deliveryLines, preferredWarehouse, unannouncedLines } from './delivery-lines.ts';
import { isOpen } from './delivery-table.ts';
import type { Shop } from './shop.ts';
import type { StockRow } from './stock.ts';

const salts = Object.freeze({ allocated: salted('stock.allocated'), demand: salted('stock.demand') });

export interface StockQuantities {
  readonly physicalQuantity: number;
  readonly allocatedQuantity: number;
  readonly freeToAllocateQuantity: number;
  readonly demandQuantity: number;
  readonly availableNowQuantity: number;
  readonly availableQuantity: number;
  readonly incomingQuantity: number;
  readonly linkedIncomingQuantity: number;
  readonly unlinkedIncomingQuantity: number;
  readonly onDeliveryQuantity: number;
  readonly unshippedQuantity: number;
}

/** The quantities of one product size in one warehouse, as they are now. */
export function stockQuantities(shop: Shop, { warehouse, productSize }: StockRow): StockQuantities {
  const draw = (salt: number) => shop.dice.fraction(salt, warehouse.id, productSize.id);
  const physicalQuantity = shop.stock.physical(warehouse, productSize);
  const allocatedQuantity = Math.floor(draw(salts.allocated) ** 4 * 40);
  const demandQuantity = Math.floor(draw(salts.demand) ** 6 * 30);
  const incoming = incomingOf(shop).get(`${warehouse.id}:${productSize.id}`) ?? nothing;
  const unlinkedIncomingQuantity = incoming.quantity - incoming.linked;
  // Shops oversell: what is allocated can be more than what is there.
  const freeToAllocateQuantity = physicalQuantity - allocatedQuantity;
  return {
    physicalQuantity,
    allocatedQuantity,
    freeToAllocateQuantity,
    demandQuantity,
    availableNowQuantity: freeToAllocateQuantity - demandQuantity,
    availableQuantity: freeToAllocateQuantity - demandQuantity + unlinkedIncomingQuantity,
    incomingQuantity: incoming.quantity,
    linkedIncomingQuantity: incoming.linked,
    unlinkedIncomingQuantity,
    onDeliveryQuantity: incoming.onDelivery,
    unshippedQuantity: allocatedQuantity + demandQuantity,
  };
}

interface Incoming {
  readonly quantity: number;
  readonly linked: number;
  readonly onDelivery: number;
}

const nothing: Incoming = Object.freeze({ quantity: 0, linked: 0, onDelivery: 0 });

const made = new WeakMap<
  Shop,
  { readonly version: number; readonly incoming: ReadonlyMap<string, Incoming> }
>();

/**
 * What suppliers still owe, per warehouse and size: the lines of open deliveries, and what is ordered and not
 * announced. A delivery or a purchase order without a warehouse shows nowhere.
 */
function incomingOf(shop: Shop): ReadonlyMap<string, Incoming> {
  const { deliveries } = shop;
  const present = made.get(shop);
  if (present?.version === deliveries.version()) return present.incoming;
  const incoming = new Map<string, Incoming>();
  const add = (warehouseId: number | undefined, lines: readonly DeliveryLine[], isOnDelivery: boolean) => {
    for (const { ordered, quantity, linkedQuantity } of warehouseId === undefined ? [] : lines) {
      const key = `${warehouseId}:${ordered.id}`;
      const before = incoming.get(key) ?? nothing;
      incoming.set(key, {
        quantity: before.quantity + quantity,
        linked: before.linked + linkedQuantity,
        onDelivery: before.onDelivery + (isOnDelivery ? quantity : 0),
      });
    }
  };
  for (const row of deliveries.rows()) {
    const delivery = deliveries.row(row);
    if (!isOpen(delivery) || delivery.warehouse === null) continue;
    add(shop.tenant.warehouses[delivery.warehouse]?.id, deliveryLines(shop, row), true);
  }
  for (const order of deliveries.purchaseOrders) {
    add(preferredWarehouse(shop, order)?.id, unannouncedLines(shop, order), false);
  }
  made.set(shop, { version: deliveries.version(), incoming });
  return incoming;
}
