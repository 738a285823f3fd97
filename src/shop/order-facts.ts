import { type GraphQLSchema, getNamedType, isLeafType, isRequiredArgument } from 'graphql';
import type { FieldSelection, Selection } from '../catalog/query/selection.ts';
import { fieldOf } from '../catalog/query/selection-walk.ts';
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
  readonly lines: readonly {
    readonly quantity: number;
    readonly cancelledQuantity: number;
    /** A bundle, or an item of one: both are lines, so that a sum counts them twice. */
    readonly isOfBundle: boolean;
  }[];
}

/** The newest orders, with what this API has of these fields. */
export async function orderFacts(
  root: OpenRoot,
  { rows, schema }: { readonly rows: number; readonly schema: GraphQLSchema },
  signal: AbortSignal,
): Promise<readonly OrderFacts[]> {
  const { objects } = await root.first(selectionIn(schema), { rows }, signal);
  return objects.map((order) => ({
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    currencyBaseRate: order.currencyBaseRate,
    conversionRate: isObject(order.grandTotal) ? order.grandTotal.conversionRate : undefined,
    originalQuantity: isObject(order.totals) ? order.totals.originalQuantity : undefined,
    lines: (Array.isArray(order.lines) ? order.lines : []).flatMap((line: unknown) => {
      if (!isObject(line)) return [];
      const { quantity, cancelledQuantity, __typename: kind } = line;
      const isOfBundle = String(kind).includes('Bundle');
      return typeof quantity === 'number' && typeof cancelledQuantity === 'number'
        ? [{ quantity, cancelledQuantity, isOfBundle }]
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

/** What is asked for, each with the fields below it. */
const asked: Readonly<Record<string, readonly string[]>> = Object.freeze({
  createdAt: [],
  updatedAt: [],
  currencyBaseRate: [],
  grandTotal: ['conversionRate'],
  totals: ['originalQuantity'],
  lines: ['__typename', 'quantity', 'cancelledQuantity'],
});

/** Without it, `lines` leaves out those that are fully cancelled. */
const CANCELLED_TOO = { name: 'includeFullyCancelled', literal: 'true' };

/** What a shop lacks, or has in another form, is not asked for. */
function selectionIn(schema: GraphQLSchema): Selection {
  const order = schema.getType('Order');
  const fields = Object.entries(asked).flatMap(([name, inner]): FieldSelection[] => {
    const field = fieldOf(order, name);
    if (field === undefined || field.args.some(isRequiredArgument)) return [];
    const type = getNamedType(field.type);
    const known = inner.filter((one) => isLeafType(getNamedType(fieldOf(type, one)?.type)));
    if (isLeafType(type) !== (inner.length === 0) || known.length < inner.length) return [];
    const args = field.args.some((arg) => arg.name === CANCELLED_TOO.name) ? [CANCELLED_TOO] : [];
    return [{ responseKey: name, name, args, selection: inner.length === 0 ? undefined : leaves(known) }];
  });
  return { fields, fragments: [] };
}

function leaves(names: readonly string[]): Selection {
  const fields = names.map((name) => ({ responseKey: name, name, args: [], selection: undefined }));
  return { fields, fragments: [] };
}
