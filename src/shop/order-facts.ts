import type { FieldSelection, Selection } from '../catalog/query/selection.ts';
import { isObject } from '../json.ts';
import { parseCentraTime } from '../time.ts';
import type { OpenRoot } from './open-root.ts';

/** What a few orders show of how the API counts and writes: numbers and times, and nothing of who ordered what. */
export interface OrderFacts {
  readonly createdAt: unknown;
  readonly updatedAt: unknown;
  readonly currencyBaseRate: unknown;
  readonly conversionRate: unknown;
  readonly originalQuantity: unknown;
  readonly lines: readonly { readonly quantity: number; readonly cancelledQuantity: number }[];
}

/** The newest orders, with what this API has of these fields. */
export async function orderFacts(
  root: OpenRoot,
  { rows, showsCancelled }: { readonly rows: number; readonly showsCancelled: boolean },
  signal: AbortSignal,
): Promise<readonly OrderFacts[]> {
  const known = asked.filter(({ name }) => root.has(name));
  // Without the argument, `lines` leaves out those that are fully cancelled.
  const fields = showsCancelled ? known : known.map((field) => ({ ...field, args: [] }));
  const { objects } = await root.first({ fields, fragments: [] }, { rows }, signal);
  return objects.map((order) => ({
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    currencyBaseRate: order.currencyBaseRate,
    conversionRate: isObject(order.grandTotal) ? order.grandTotal.conversionRate : undefined,
    originalQuantity: isObject(order.totals) ? order.totals.originalQuantity : undefined,
    lines: (Array.isArray(order.lines) ? order.lines : []).flatMap((line: unknown) => {
      if (!isObject(line)) return [];
      const { quantity, cancelledQuantity } = line;
      return typeof quantity === 'number' && typeof cancelledQuantity === 'number'
        ? [{ quantity, cancelledQuantity }]
        : [];
    }),
  }));
}

/** How many orders were last changed at this moment, with both ends of the filter set to it. */
export async function ordersChangedAt(
  root: OpenRoot,
  time: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const moment = parseCentraTime(time)?.replace(/Z$/, '+00:00');
  return moment === undefined ? undefined : root.count({ updatedAt: { from: moment, to: moment } }, signal);
}

const leaf = (name: string): FieldSelection => ({ responseKey: name, name, args: [], selection: undefined });
const object = (
  name: string,
  inner: readonly string[],
  args: FieldSelection['args'] = [],
): FieldSelection => ({
  responseKey: name,
  name,
  args,
  selection: below(inner),
});

function below(names: readonly string[]): Selection {
  return { fields: names.map(leaf), fragments: [] };
}

const asked: readonly FieldSelection[] = Object.freeze([
  leaf('createdAt'),
  leaf('updatedAt'),
  leaf('currencyBaseRate'),
  object('grandTotal', ['conversionRate']),
  object('totals', ['originalQuantity']),
  object('lines', ['quantity', 'cancelledQuantity'], [{ name: 'includeFullyCancelled', literal: 'true' }]),
]);
