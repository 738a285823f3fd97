import { orderMoney, unitsValue } from '../data/order-amounts.ts';
import * as facts from '../data/order-facts.ts';
import { address } from '../data/people.ts';
import {
  type ShipmentLine,
  type ShipmentRow,
  shipmentLines,
  shipmentSums,
  shippedAt,
} from '../data/shipments.ts';
import type { Shop } from '../data/shop.ts';
import { salted } from '../dice.ts';
import type { FilterFields } from './filter.ts';
import { dateField, type TypeFields } from './request-context.ts';

const salts = Object.freeze({ shipment: salted('return.shipment') });

export interface ShipmentNode extends ShipmentRow {
  readonly __typename: 'DirectToConsumerShipment' | 'WholesaleShipment';
}

export function shipmentNode(shop: Shop, row: ShipmentRow): ShipmentNode {
  const isWholesale = shop.orders.isWholesale(row.order);
  return { __typename: isWholesale ? 'WholesaleShipment' : 'DirectToConsumerShipment', ...row };
}

function createdAt(shop: Shop, { order, turn }: ShipmentRow): number {
  return Math.min(shop.orders.orderDate(order) + turn * 3600, shop.orders.updatedAt(order));
}

function trackingNumber(shop: Shop, { order, turn }: ShipmentRow): string | null {
  const isMissing = shop.dice.fraction(salts.shipment, order, 1) < 0.2;
  return isMissing ? null : `TRK${10_000_000 + order * 2 + turn}`;
}

export const fieldsOfShipments = Object.freeze({
  Shipment: {
    number: ({ order, turn }, _, { shop }) => `${shop.orders.number(order)}-${turn}`,
    createdAt: dateField((row, shop) => createdAt(shop, row)),
    updatedAt: dateField(({ order }, shop) => shop.orders.updatedAt(order)),
    isGoodToGo: () => true,
    isShipped: (row, _, { shop }) => shippedAt(shop, row) !== null,
    isOnHold: ({ order }, _, { shop }) => facts.isOnHold(shop, order),
    isPaid: (row, _, { shop }) => shippedAt(shop, row) !== null,
    paidAt: dateField((row, shop) => shippedAt(shop, row)),
    isCaptured: (row, _, { shop }) => shippedAt(shop, row) !== null,
    capturedAt: dateField((row, shop) => shippedAt(shop, row)),
    capturedValue: (row, _, { shop }) =>
      shippedAt(shop, row) === null ? null : orderMoney(shop, row.order, shipmentSums(shop, row).withTax),
    shippedAt: dateField((row, shop) => shippedAt(shop, row)),
    trackingNumber: (row, _, { shop }) => trackingNumber(shop, row),
    numberOfPackages: ({ order }, _, { shop }) => shop.dice.below(3, salts.shipment, order, 2),
    currencyBaseRate: ({ order }, _, { shop }) => facts.currencyBaseRate(shop, order),
    grandTotal: (row, args, { shop }) => {
      const { withTax, withoutTax } = shipmentSums(shop, row);
      return orderMoney(shop, row.order, args.includingTax === false ? withoutTax : withTax);
    },
    lines: (row, _, { shop }) => shipmentLines(shop, row),
    shippingAddress: ({ order }, _, { shop }) => address(shop, order, 'shippingAddress'),
    carrierInformation: ({ order }, _, { shop }) =>
      shop.dice.fraction(salts.shipment, order, 3) < 0.3
        ? null
        : { carrierName: 'PostNord', serviceName: 'MyPack' },
    totals: (row, _, { shop }) => {
      const { shipping, discount, order } = shipmentSums(shop, row);
      const amount = (value: number) => orderMoney(shop, row.order, value);
      const taxAdded = order.isTaxInside || row.turn > 1 ? 0 : order.tax;
      return { shipping: amount(shipping), discounts: amount(-discount), taxAdded: amount(taxAdded) };
    },
  } satisfies TypeFields<ShipmentNode>,
  ShipmentLine: {
    lineValue: ({ orderLine, quantity }, args, { shop }) =>
      orderMoney(shop, orderLine.slot, unitsValue(shop, orderLine, quantity, args.includingTax !== false)),
    unitPrice: ({ orderLine }, args, { shop }) =>
      orderMoney(shop, orderLine.slot, unitsValue(shop, orderLine, 1, args.includingTax !== false)),
  } satisfies TypeFields<ShipmentLine>,
});

export function shipmentFilter(shop: Shop): FilterFields<ShipmentRow> {
  return {
    id: { by: 'list', read: ({ id }) => id },
    number: { by: 'list', read: ({ order, turn }) => `${shop.orders.number(order)}-${turn}` },
    createdAt: { by: 'range', read: (row) => createdAt(shop, row) },
    updatedAt: { by: 'range', read: ({ order }) => shop.orders.updatedAt(order) },
    isGoodToGo: { by: 'equal', read: () => true },
    isShipped: { by: 'equal', read: (row) => shippedAt(shop, row) !== null },
    shippedAt: { by: 'range', read: (row) => shippedAt(shop, row) },
    isOnHold: { by: 'equal', read: ({ order }) => facts.isOnHold(shop, order) },
    isPaid: { by: 'equal', read: (row) => shippedAt(shop, row) !== null },
    paidAt: { by: 'range', read: (row) => shippedAt(shop, row) },
    isCaptured: { by: 'equal', read: (row) => shippedAt(shop, row) !== null },
    capturedAt: { by: 'range', read: (row) => shippedAt(shop, row) },
    trackingNumber: { by: 'list', read: (row) => trackingNumber(shop, row) },
    countryId: { by: 'list', read: ({ order }) => facts.countryOf(shop, order)?.id ?? null },
    currencyId: { by: 'list', read: ({ order }) => facts.currencyOf(shop, order).id },
    customerId: { by: 'list', read: ({ order }) => facts.customerIdOf(shop, order) },
    orderId: { by: 'list', read: ({ order }) => shop.orders.id(order) },
    storeId: { by: 'list', read: ({ order }) => shop.orders.store(order).id },
    storeType: { by: 'equal', read: ({ order }) => shop.orders.store(order).type },
    search: { by: 'search', read: ({ order, turn }) => `${shop.orders.number(order)}-${turn}` },
  };
}
