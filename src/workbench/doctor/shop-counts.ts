import type { JsonObject } from '../../json.ts';
import type { OpenRoot } from '../../shop/open-root.ts';
import type { OrderCounts } from './diagnosis.ts';

/** All orders, and the same taken apart: each part is counted by a filter that names it. Undefined: nothing counts them. */
export async function countOrders(root: OpenRoot, signal: AbortSignal): Promise<OrderCounts | undefined> {
  if (root.countedBy === undefined) return undefined;
  const { filter } = root;
  const statuses = filter.words('status') ?? [];
  const halves = (name: string): readonly JsonObject[] =>
    filter.has(name) ? [{ [name]: true }, { [name]: false }] : [];
  const [hold, waiting] = [halves('isOnHold'), halves('isWaitingForPayment')];
  const conditions = [{}, ...statuses.map((status) => ({ status })), ...hold, ...waiting];
  const [all = 0, ...parts] = await root.counts(conditions, signal);
  const ofStatuses = parts.slice(0, statuses.length);
  const ofHold = parts.slice(statuses.length, statuses.length + hold.length);
  const ofWaiting = parts.slice(statuses.length + hold.length);
  return {
    all,
    by_status: sumOf(ofStatuses),
    by_hold: sumOf(ofHold),
    by_waiting_for_payment: sumOf(ofWaiting),
    statuses: Object.fromEntries(statuses.map((status, at) => [status, ofStatuses[at] ?? 0])),
  };
}

function sumOf(counts: readonly number[]): number | null {
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}
