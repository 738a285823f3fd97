import { currencyOf, paymentMethodOf } from '../data/order-facts.ts';
import type { PaymentEntry } from '../data/payments.ts';
import type { Shop } from '../data/shop.ts';
import type { FilterFields } from './filter.ts';
import type { SortKeys } from './nested-list.ts';

export function paymentFilter(shop: Shop): FilterFields<PaymentEntry> {
  return {
    id: { by: 'list', read: ({ id }) => id },
    createdAt: { by: 'range', read: ({ at }) => at },
    entryType: { by: 'list', read: ({ entryType }) => entryType },
    status: { by: 'list', read: ({ status }) => status },
    externalReference: { by: 'list', read: ({ externalReference }) => externalReference },
    paymentMethod: { by: 'text', read: ({ paymentMethod }) => paymentMethod },
    source: { by: 'list', read: ({ source }) => source },
    currencyId: { by: 'list', read: ({ order }) => currencyOf(shop, order).id },
    orderId: { by: 'list', read: ({ order }) => shop.orders.id(order) },
    storePluginId: { by: 'list', read: ({ order }) => paymentMethodOf(shop, order)?.id ?? null },
    search: { by: 'search', read: ({ id, externalReference }) => `${id}\n${externalReference ?? ''}` },
  };
}

export const paymentKeys: SortKeys<PaymentEntry> = Object.freeze({ id: ({ id }) => id });
