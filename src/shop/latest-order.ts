import type { CentraClient } from '../centra/client.ts';
import { isObject } from '../json.ts';
import { latestOrder } from './documents.ts';

/** The number of the newest order; undefined where the shop shows none. It needs no schema, so it is one request. */
export async function latestOrderNumber(
  client: CentraClient,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { data } = await client.ask({ what: 'the latest order', ...latestOrder, variables: {} }, signal);
  const [order] = Array.isArray(data.orders) ? data.orders : [];
  return isObject(order) && typeof order.number === 'number' ? order.number : undefined;
}
