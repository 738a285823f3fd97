import { salted } from '../dice.ts';
import type { DeliveryRow, PurchaseOrderRow } from './delivery-table.ts';
import { type MonetaryValue, money } from './money.ts';
import type { ProductSize } from './products.ts';
import type { Shop } from './shop.ts';
import type { WarehousePlan } from './tenant.ts';

const salts = Object.freeze({
  count: salted('deliveryLine.count'),
  size: salted('deliveryLine.size'),
  quantity: salted('deliveryLine.quantity'),
  landed: salted('deliveryLine.landed'),
  rate: salted('purchaseOrder.rate'),
  cost: salted('delivery.cost'),
  lost: salted('deliveryLine.lost'),
  twice: salted('deliveryLine.twice'),
  linked: salted('deliveryLine.linked'),
  ordered: salted('purchaseOrder.ordered'),
});

/** What a supplier brings of one size. Such a line has no id, and one size can stand on two lines. */
export interface DeliveryLine {
  readonly quantity: number;
  /** The part that is promised to order lines. */
  readonly linkedQuantity: number;
  readonly unlinkedQuantity: number;
  readonly unitCost: MonetaryValue;
  readonly landedCost: MonetaryValue;
  readonly customsPercent: number;
  readonly customsValue: MonetaryValue;
  /** What was ordered; what still exists of it is `left`. */
  readonly ordered: ProductSize;
  readonly left: 'size' | 'variant' | 'nothing';
  /** The slot and index of an order line that waits for the linked units. */
  readonly linkedTo: number | null;
}

/** The status of a delivery, in the words of this client's API. */
export function deliveryStatus(shop: Shop, row: number): string {
  const { status } = shop.deliveries.row(row);
  return status === 'INSERTED' ? status : shop.tenant.deliveryStatuses[status];
}

/** A few deliveries have more lines than a page of the default size. */
function drawnLineCount(shop: Shop, row: number): number {
  const large = shop.dice.fraction(salts.count, row, 1);
  if (large < 0.03) return 22 + Math.floor(large * 600);
  return 1 + Math.floor(shop.dice.fraction(salts.count, row) ** 2 * 12);
}

export function deliveryLineCount(shop: Shop, row: number): number {
  return deliveryLines(shop, row).length;
}

export function deliveryLines(shop: Shop, row: number): readonly DeliveryLine[] {
  const { linesOf, droppedLines, purchaseOrder, warehouse } = shop.deliveries.row(row);
  const place = warehouse === null ? undefined : shop.tenant.warehouses[warehouse];
  const lines: DeliveryLine[] = [];
  for (let index = droppedLines, end = drawnLineCount(shop, linesOf); index < end; index++) {
    const quantity = lineUnits(shop, row, index);
    if (quantity > 0) lines.push(supplierLine(shop, purchaseOrder, place, linesOf, index, quantity));
  }
  return lines;
}

/** The units of every line that a delivery was drawn with, by its place. */
export function unitsOf(shop: Shop, row: number): ReadonlyMap<number, number> {
  const { linesOf, droppedLines } = shop.deliveries.row(row);
  const units = new Map<number, number>();
  for (let index = droppedLines, end = drawnLineCount(shop, linesOf); index < end; index++) {
    units.set(index, lineUnits(shop, row, index));
  }
  return units;
}

function lineUnits(shop: Shop, row: number, index: number): number {
  const { linesOf, units } = shop.deliveries.row(row);
  return units.get(index) ?? 1 + shop.dice.below(400, salts.quantity, linesOf, index);
}

/** What is on a purchase order: the lines of its deliveries, and what no delivery has been announced for yet. */
export function purchaseOrderLines(shop: Shop, order: PurchaseOrderRow): readonly DeliveryLine[] {
  const delivered = order.deliveries
    .filter((row) => !shop.deliveries.row(row).isGone)
    .flatMap((row) => deliveryLines(shop, row));
  return [...delivered, ...unannouncedLines(shop, order)];
}

/** One purchase order in four waits for more than its deliveries bring. */
export function unannouncedLines(shop: Shop, order: PurchaseOrderRow): readonly DeliveryLine[] {
  const { dice } = shop;
  if (dice.fraction(salts.ordered, order.id) >= 0.25) return [];
  const place = preferredWarehouse(shop, order) ?? undefined;
  const turn = 1_000_000 + order.id;
  return Array.from({ length: 1 + dice.below(3, salts.ordered, order.id, 1) }, (_, index) =>
    supplierLine(shop, order, place, turn, index, 1 + dice.below(90, salts.quantity, turn, index)),
  );
}

export function preferredWarehouse(shop: Shop, order: PurchaseOrderRow): WarehousePlan | null {
  if (shop.dice.fraction(salts.ordered, order.id, 2) < 0.2) return null;
  return shop.dice.pick(shop.tenant.warehouses, salts.ordered, order.id, 3);
}

function supplierLine(
  shop: Shop,
  order: PurchaseOrderRow,
  warehouse: WarehousePlan | undefined,
  turn: number,
  index: number,
  quantity: number,
): DeliveryLine {
  const { dice } = shop;
  // A second parcel of the size on the first line.
  const isAgain = index === 1 && dice.fraction(salts.twice, turn) < 0.15;
  const ordered = sizeFor(shop, warehouse, turn, isAgain ? 0 : index);
  const { price } = ordered.productVariant.product;
  const cost = (price * 0.3) / order.supplier.currency.rate;
  const draw = dice.fraction(salts.lost, turn, index);
  const isLinked = dice.fraction(salts.linked, turn, index) < 0.15;
  const linkedQuantity = isLinked ? Math.ceil(quantity / 4) : 0;
  const customsPercent = dice.pick([0, 0, 4.5, 12], salts.landed, turn, index + 100);
  return {
    quantity,
    linkedQuantity,
    unlinkedQuantity: quantity - linkedQuantity,
    unitCost: inSupplierCurrency(shop, order, cost),
    landedCost: inSupplierCurrency(
      shop,
      order,
      cost * (1.05 + customsPercent / 100 + dice.fraction(salts.landed, turn, index) * 0.1),
    ),
    customsPercent,
    customsValue: inSupplierCurrency(shop, order, (cost * customsPercent) / 100),
    ordered,
    left: draw < 0.02 ? 'nothing' : draw < 0.05 ? 'variant' : 'size',
    linkedTo: isLinked ? dice.below(shop.orders.initialCount, salts.linked, turn, index + 100) : null,
  };
}

/** A warehouse is sent what it keeps, so that incoming units have a row of stock to show on. */
function sizeFor(shop: Shop, warehouse: WarehousePlan | undefined, turn: number, index: number): ProductSize {
  const { assortment } = shop;
  const start = shop.dice.below(assortment.initialSizes, salts.size, turn, index);
  for (let step = 0; warehouse !== undefined && step < assortment.initialSizes; step++) {
    const size = assortment.sizes[(start + step) % assortment.initialSizes] as ProductSize;
    if (shop.stock.isKeptAtFirst(warehouse, size)) return size;
  }
  return assortment.sizes[start] as ProductSize;
}

export function deliveryCost(
  shop: Shop,
  delivery: DeliveryRow,
  which: 'shippingCost' | 'otherCosts',
): MonetaryValue {
  const draw = shop.dice.fraction(salts.cost, delivery.id, which === 'shippingCost' ? 0 : 1);
  return inSupplierCurrency(shop, delivery.purchaseOrder, draw < 0.3 ? 0 : draw * 700.1);
}

/** The rate is that of the day of the purchase order, for all its deliveries. */
export function inSupplierCurrency(shop: Shop, order: PurchaseOrderRow, value: number): MonetaryValue {
  const { currency } = order.supplier;
  return money(value, currency, supplierRate(shop, order), order.createdAt);
}

export function supplierRate(shop: Shop, order: PurchaseOrderRow): number {
  const { currency } = order.supplier;
  const drift = 0.95 + shop.dice.fraction(salts.rate, order.id) * 0.1;
  return currency.isBase ? 1 : currency.rate * drift;
}
