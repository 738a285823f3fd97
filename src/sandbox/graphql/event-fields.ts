import { type ChangeType, changeTypes, type ShopEvent } from '../data/events.ts';
import type { Shop } from '../data/shop.ts';
import type { Market } from '../data/tenant.ts';
import { deliveryNode, purchaseOrderNode } from './delivery-fields.ts';
import { orderNode } from './order-fields.ts';
import { limitOf, pageNumberOf } from './query-fields.ts';
import { type Arguments, dateField, type RequestContext, type TypeFields } from './request-context.ts';
import { requestError } from './request-error.ts';
import { returnNode } from './return-fields.ts';

interface ListenerInput {
  readonly objectType: string;
  readonly changeTypes?: readonly ChangeType[] | null;
}

interface EventWhere {
  readonly objectType?: readonly string[] | null;
  readonly changeType?: readonly string[] | null;
  readonly storeId?: readonly number[] | null;
  readonly marketId?: readonly number[] | null;
}

export const fieldsOfEvents = Object.freeze({
  Query: {
    events: (_, args, context) => {
      requireEvents(context);
      const limit = limitOf(args);
      const begin = (pageNumberOf(args) - 1) * limit;
      const where = (args.where ?? {}) as EventWhere;
      return context.shop.events
        .unconfirmed(context.token.integrationName)
        .filter(
          (event) =>
            (where.objectType?.includes(event.objectType) ?? true) &&
            (where.changeType?.includes(event.changeType) ?? true) &&
            (where.storeId?.includes(event.storeId ?? 0) ?? true) &&
            (where.marketId?.includes(event.marketId ?? 0) ?? true),
        )
        .slice(begin, begin + limit);
    },
    eventListeners: (_, __, context) => {
      requireEvents(context);
      return context.shop.events.listeners(context.token.integrationName);
    },
  } satisfies TypeFields<unknown>,
  Mutation: {
    setEventListeners: (_, args, context) => {
      requireEvents(context);
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
      requireEvents(context);
      const { shop, token } = context;
      const missing = (args.input as readonly ListenerInput[]).filter(
        (input) => !shop.events.unlisten(token.integrationName, input.objectType),
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
      requireEvents(context);
      const { eventsIds } = args.input as { readonly eventsIds: readonly number[] };
      const unknown = eventsIds.filter(
        (id) => !context.shop.events.confirm(context.token.integrationName, id),
      );
      const userErrors = unknown.map((id) => ({
        message: `Event ${id} does not exist.`,
        path: ['input', 'eventsIds'],
      }));
      return { userErrors, userWarnings: [] };
    },
  } satisfies TypeFields<unknown>,
  Event: {
    createdAt: dateField(({ createdAt }) => createdAt),
    store: ({ storeId }, _, { shop }) => shop.tenant.stores.find((store) => store.id === storeId) ?? null,
    market: ({ marketId }, _, { shop }) => marketsOf(shop).find((market) => market.id === marketId) ?? null,
    object: (event, _, { shop }) => objectOf(shop, event),
  } satisfies TypeFields<ShopEvent>,
});

function requireEvents({ hasEvents }: RequestContext): void {
  if (!hasEvents) throw requestError('The events system is not enabled for this environment.');
}

function listenersPayload({ shop, token }: RequestContext, userErrors: readonly Arguments[]) {
  return { eventListeners: shop.events.listeners(token.integrationName), userErrors, userWarnings: [] };
}

function marketsOf(shop: Shop): readonly Market[] {
  return shop.tenant.stores.flatMap((store) => store.markets);
}

/** The object as it is now; null when it is gone, or of a type that events cannot carry. */
function objectOf(shop: Shop, { objectType, objectReference }: ShopEvent): unknown {
  const id = Number(objectReference);
  switch (objectType) {
    case 'Order': {
      const slot = shop.orders.slotOfId(objectReference);
      return slot !== undefined && shop.orders.isListed(slot) ? orderNode(shop, slot) : null;
    }
    case 'Return': {
      const row = shop.returns.rowOf(id);
      return row !== undefined && shop.returns.isListed(row) ? returnNode(shop, row) : null;
    }
    case 'PurchaseOrderDelivery': {
      const row = shop.deliveries.rowOf(id);
      return row !== undefined && !shop.deliveries.row(row).isGone ? deliveryNode(row) : null;
    }
    case 'PurchaseOrder': {
      const found = shop.deliveries.purchaseOrders.find((order) => order.id === id);
      return found === undefined ? null : purchaseOrderNode(found);
    }
    case 'ProductVariant': {
      const variant = shop.assortment.variants.find((one) => one.id === id);
      return variant === undefined ? null : { __typename: 'ProductVariant', ...variant };
    }
    case 'Warehouse': {
      const warehouse = shop.stock.warehouse(id);
      return warehouse === undefined ? null : { __typename: 'Warehouse', ...warehouse };
    }
    default:
      return null;
  }
}
