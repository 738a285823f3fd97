import type { GraphQLSchema } from 'graphql';
import type { CentraClient } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { orders as ordersRoot } from '../../roots/orders.ts';
import { listenedTo, oldestWaitingEvent } from '../../shop/events-glance.ts';
import { type OpenRoot, openRoot } from '../../shop/open-root.ts';
import { orderFacts, ordersChangedAt } from '../../shop/order-facts.ts';
import { attempt } from './attempt.ts';
import type { Observed } from './behaviour.ts';
import type { OrderCounts, Probed } from './diagnosis.ts';
import { countOrders } from './shop-counts.ts';

const ORDERS = 50;

type ObservedOrders = Pick<Observed, 'facts' | 'changedAtOnce'> & { readonly orders: Probed<OrderCounts> };

/** A few requests about orders: how many, and what the newest show. */
export async function probeOrders(
  client: CentraClient,
  schema: GraphQLSchema,
  signal: AbortSignal,
): Promise<ObservedOrders> {
  const open = (): OpenRoot => openRoot(client, schema, ordersRoot);
  const orders = await attempt(async () => {
    const counts = await countOrders(open(), signal);
    if (counts !== undefined) return counts;
    throw new ConnectorError({
      kind: 'schema',
      code: 'doctor/no_counter',
      message: 'This API does not count orders.',
    });
  });
  const facts = await attempt(() => orderFacts(open(), { rows: ORDERS, schema }, signal));
  const latest = facts.found?.[0]?.updatedAt;
  const changedAtOnce = await attempt(async () =>
    typeof latest === 'string' ? ordersChangedAt(open(), latest, signal) : undefined,
  );
  return { orders, facts, changedAtOnce };
}

/** What can be seen of the events system without taking anything from it. */
export async function probeEventSystem(client: CentraClient, schema: GraphQLSchema, signal: AbortSignal) {
  const listeners = await attempt(() => listenedTo(client, signal));
  const event = await attempt(() => oldestWaitingEvent(client, signal));
  const { objectType, reference } = event.found ?? {};
  const counted =
    objectType === 'Order' && reference !== undefined
      ? await attempt(() => openRoot(client, schema, ordersRoot).count({ number: reference }, signal))
      : undefined;
  return { listeners, event, ordersOfEvent: counted?.found };
}
