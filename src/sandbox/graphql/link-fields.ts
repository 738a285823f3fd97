import { paymentMethodOf } from '../data/order-facts.ts';
import type { PaymentEntry } from '../data/payments.ts';
import type { ShipmentRow } from '../data/shipments.ts';
import { orderNode } from './order-fields.ts';
import { dateField, type TypeFields } from './request-context.ts';
import { returnNode } from './return-fields.ts';
import { storePlugin } from './shop-fields.ts';

/** The ways back from what belongs to an order. */
export const fieldsOfLinks = Object.freeze({
  Shipment: {
    order: ({ order }, _, { shop }) => orderNode(shop, order),
  } satisfies TypeFields<ShipmentRow>,
  PaymentHistoryEntry: {
    createdAt: dateField(({ at }) => at),
    currencyBaseRate: ({ value }) => value.conversionRate,
    order: ({ order }, _, { shop }) => orderNode(shop, order),
    return: ({ refunded }, _, { shop }) => (refunded === null ? null : returnNode(shop, refunded)),
    storePlugin: ({ order }, _, { shop }) => {
      const method = paymentMethodOf(shop, order);
      return method && storePlugin(method, shop.orders.store(order));
    },
  } satisfies TypeFields<PaymentEntry>,
});
