import type { Occurrence } from '../data/events.ts';
import { accountIdOf, customerIdOf, shipmentIdOf } from '../data/order-facts.ts';
import type { Shop } from '../data/shop.ts';
import { formatDateTime } from '../date-time.ts';
import { salted } from '../dice.ts';

/** What the webhook plugin can be told to send; each has its own event trigger. */
export const webhookTypes = Object.freeze(['order', 'return', 'shipment', 'customer', 'account'] as const);

export type WebhookType = (typeof webhookTypes)[number];

/** One event in a call: that something changed, never what. */
export interface WebhookEvent {
  readonly type: WebhookType;
  readonly action: 'create' | 'update' | 'good_to_go';
  readonly date: string;
  readonly id: number;
}

type Told = Pick<WebhookEvent, 'type' | 'action' | 'id'>;

/**
 * What a change of the shop tells webhooks. An order is told by its number, all else by its id. No action is known
 * for a deletion, nor a type for deliveries and stock: these tell nothing. A change of a return does not date its
 * order, so it does not tell of it either. Which events of a shipment, a customer or an account come with an order
 * is not documented: here a shipment begins when its order is processed and is good to go when that is shipped,
 * and a new order updates whoever placed it.
 */
export function toldBy(
  shop: Shop,
  { objectType, changeType, objectReference, moved }: Occurrence,
): readonly Told[] {
  if (changeType === 'DELETED') return [];
  const action = changeType === 'CREATED' ? 'create' : 'update';
  if (objectType === 'Return') return [{ type: 'return', action, id: objectReference }];
  const slot = objectType === 'Order' ? shop.orders.rowOf(objectReference) : undefined;
  if (slot === undefined) return [];
  const told: Told[] = [{ type: 'order', action, id: shop.orders.number(slot) }];
  if (moved === 'PROCESSING') told.push({ type: 'shipment', action: 'create', id: shipmentIdOf(slot) });
  if (moved === 'SHIPPED') told.push({ type: 'shipment', action: 'good_to_go', id: shipmentIdOf(slot) });
  if (action === 'create') {
    const [customer, account] = [customerIdOf(shop, slot), accountIdOf(shop, slot)];
    if (customer !== null) told.push({ type: 'customer', action: 'update', id: customer });
    if (account !== null) told.push({ type: 'account', action: 'update', id: account });
  }
  return told;
}

const salt = salted('webhook.microseconds');

/** The date of an event: the shop's second, in the shop's own time zone, and a fraction drawn for its turn. */
export function eventDate({ dice }: Shop, at: number, turn: number): string {
  const microseconds = String(dice.below(1_000_000, salt, turn)).padStart(6, '0');
  return `${formatDateTime(at, 'Y-m-d H:i:s')}.${microseconds}`;
}

/** The body of a call, as PHP writes a form: a space becomes a plus. */
export function bodyOf(events: readonly WebhookEvent[]): string {
  return new URLSearchParams({ payload: JSON.stringify({ events }) }).toString();
}
