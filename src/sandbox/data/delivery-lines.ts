import type { DeliveryRow, PurchaseOrderRow } from './delivery-table.ts';
import { salted } from '../dice.ts';
import { type Currency, type MonetaryValue, money } from './money.ts';
import type { ProductSize } from './products.ts';
import type { Shop } from './shop.ts';

const salts = Object.freeze({
  count: salted('deliveryLine.count'),
  size: salted('deliveryLine.size'),
  quantity: salted('deliveryLine.quantity'),
  landed: salted('deliveryLine.landed'),
  rate: salted('purchaseOrder.rate'),
  cost: salted('delivery.cost'),
});

/** A delivery has fewer lines than this; ids of lines count on it. */
const mostLines = 16;

export interface DeliveryLine {
  readonly id: number;
  readonly quantity: number;
  readonly unitCost: MonetaryValue;
  readonly landedCost: MonetaryValue;
  readonly customsValue: MonetaryValue;
  readonly productSize: ProductSize;
}

export function deliveryLineCount(shop: Shop, row: number): number {
  return 1 + Math.floor(shop.dice.fraction(salts.count, row) ** 2 * 12);
}

export function deliveryLines(shop: Shop, row: number): readonly DeliveryLine[] {
  const { dice, assortment } = shop;
  const order = shop.deliveries.row(row).purchaseOrder;
  return Array.from({ length: deliveryLineCount(shop, row) }, (_, index) => {
    const productSize = assortment.sizes[
      dice.below(assortment.initialSizes, salts.size, row, index)
    ] as ProductSize;
    const cost = (productSize.productVariant.product.price * 0.3) / order.supplier.currency.rate;
    return {
      id: row * mostLines + index + 1,
      quantity: 1 + dice.below(400, salts.quantity, row, index),
      unitCost: inSupplierCurrency(shop, order, cost),
      landedCost: inSupplierCurrency(
        shop,
        order,
        cost * (1.05 + dice.fraction(salts.landed, row, index) * 0.1),
      ),
      customsValue: inSupplierCurrency(shop, order, cost * 0.8),
      productSize,
    };
  });
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
  const currency: Currency = order.supplier.currency;
  const drift = 0.95 + shop.dice.fraction(salts.rate, order.id) * 0.1;
  return money(value, currency, currency.isBase ? 1 : currency.rate * drift);
}
