import { stockChangeId } from '../data/changes.ts';
import { type ChangeType, changeTypes, type EventListener, type ShopEvent } from '../data/events.ts';
import { shipmentOfId } from '../data/shipments.ts';
import type { Shop } from '../data/shop.ts';
import { insertedDeliveries } from '../data/stock-changes.ts';
import { deliveryNode, purchaseOrderNode, stockChangeNode } from './delivery-fields.ts';
import { compileFilter, type FilterFields, type Where } from './filter.ts';
import { limitOf } from './nested-list.ts';
import { orderNode } from './order-fields.ts';
import { type Arguments, dateField, type RequestContext, type TypeFields } from './request-context.ts';
import { authorizationError } from './request-error.ts';
import { returnNode } from './return-fields.ts';
import { shipmentNode } from './shipment-fields.ts';
import { marketsOf } from './shop-fields.ts';

interface ListenerInput {
  readonly objectType: string;
  readonly changeTypes?: readonly ChangeType[] | null;
}

const eventFilter: FilterFields<ShopEvent> = {
  objectType: { by: 'list', read: ({ objectType }) => objectType },
  changeType: { by: 'list', read: ({ changeType }) => changeType },
  storeId: { by: 'list', read: ({ storeId }) => storeId ?? null },
  marketId: { by: 'list', read: ({ marketId }) => marketId ?? null },
};

const listenerFilter: FilterFields<EventListener> = {
  objectType: { by: 'list', read: ({ objectType }) => objectType },
  changeType: { by: 'list', read: (listener) => listener.changeTypes },
};

export const fieldsOfEvents = Object.freeze({
  Query: {
    events: (_, args, context) => {
      const { integrationName, storeIds } = context.token;
      const test = compileFilter(args.where as Where | null | undefined, eventFilter);
      const seen = context.shop.events
        .unconfirmed(integrationName)
        .filter(({ storeId }) => storeId === undefined || storeIds === null || storeIds.has(storeId));
      // There is no page: only confirming brings the next ones.
      return seen.filter(test ?? (() => true)).slice(0, Math.min(limitOf(args), 200));
    },
    eventListeners: (_, args, context) => {
      const test = compileFilter(args.where as Where | null | undefined, listenerFilter);
      const listeners = context.shop.events.listeners(context.token.integrationName);
      return listeners.filter(test ?? (() => true));
    },
  } satisfies TypeFields<unknown>,
  Mutation: {
    setEventListeners: (_, args, context) => {
      const { shop, token, clock } = context;
      for (const input of args.input as readonly ListenerInput[]) {
        shop.events.listen(
          token.integrationName,
          input.objectType,
          input.changeTypes ?? changeTypes,
          clock.seconds(),
        );
      }
      return listenersPayload(context, []);
    },
    unsetEventListeners: (_, args, context) => {
      const { shop, token, clock } = context;
      const missing = (args.input as readonly ListenerInput[]).filter(
        ({ objectType, changeTypes: types }) =>
          !shop.events.unlisten(token.integrationName, objectType, types ?? changeTypes, clock.seconds()),
      );
      return listenersPayload(
        context,
        missing.map((input) => ({
          message: `There is no listener for ${input.objectType}.`,
          path: ['input'],
        })),
      );
    },
    confirmEvents: (_, args, context) => {
      const { eventsIds } = args.input as { readonly eventsIds: readonly number[] };
      const { events } = context.shop;
      const confirmed: ShopEvent[] = [];
      const unknown: number[] = [];
      for (const id of eventsIds) {
        const event = events.confirm(context.token.integrationName, id);
        if (event === undefined) unknown.push(id);
        else confirmed.push(event);
      }
      const userErrors = unknown.map((id) => ({
        message: `Event ${id} does not exist.`,
        path: ['input', 'eventsIds'],
      }));
      return { events: confirmed, userErrors, userWarnings: [] };
    },
  } satisfies TypeFields<unknown>,
  Event: {
    createdAt: dateField(({ createdAt }) => createdAt),
    store: ({ storeId }, _, { shop }) => shop.tenant.stores.find((store) => store.id === storeId) ?? null,
    market: ({ marketId }, _, { shop }) => marketsOf(shop).find((market) => market.id === marketId) ?? null,
    object: (event, _, { shop, may }) => {
      const permission = `${event.objectType}:read`;
      if (event.changeType !== 'DELETED' && !may(permission)) throw authorizationError(permission, 'object');
      return event.changeType === 'DELETED' ? null : objectOf(shop, event);
    },
  } satisfies TypeFields<ShopEvent>,
});

function listenersPayload({ shop, token }: RequestContext, userErrors: readonly Arguments[]) {
  return { eventListeners: shop.events.listeners(token.integrationName), userErrors, userWarnings: [] };
}

/** The object as it is now; null when it is gone, or of a type that the shop has no data for. */
function objectOf(shop: Shop, { objectType, objectReference: id }: ShopEvent): unknown {
  switch (objectType) {
    case 'Order': {
      const slot = shop.orders.rowOf(id);
      return slot !== undefined && shop.orders.isListed(slot) ? orderNode(shop, slot) : null;
    }
    case 'Return': {
      const row = shop.returns.rowOf(id);
      return row !== undefined && shop.returns.isListed(row) ? returnNode(shop, row) : null;
    }
    case 'Shipment': {
      const shipment = shipmentOfId(shop, id);
      return shipment === undefined ? null : shipmentNode(shop, shipment);
    }
    case 'PurchaseOrderDelivery': {
      const row = shop.deliveries.rowOf(id);
      return row !== undefined && !shop.deliveries.row(row).isGone ? deliveryNode(row) : null;
    }
    case 'StockChange': {
      const row = [...insertedDeliveries(shop)].find(
        (one) => stockChangeId(shop.deliveries.row(one).id) === id,
      );
      return row === undefined ? null : stockChangeNode(row);
    }
    case 'PurchaseOrder': {
      const found = shop.deliveries.purchaseOrders.find((order) => order.id === id);
      return found === undefined ? null : purchaseOrderNode(found);
    }
    default:
      return null;
  }
}
