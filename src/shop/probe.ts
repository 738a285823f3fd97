import { type GraphQLSchema, getNamedType, getNullableType, isListType, isRequiredArgument } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { mergeSelections } from '../catalog/query/selection.ts';
import type { Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import type { JsonObject } from '../json.ts';
import { filterOf } from './asked-root.ts';
import { oneRowOfEach, variablesIn } from './documents.ts';
import { timeRange } from './filter.ts';
import { findRoot } from './live-root.ts';
import { openRoot } from './open-root.ts';

export interface ProbeInput {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
}

/** Asks for one row with all that these streams of one root need: it shows which permissions the token lacks. Throws as a read would. */
export async function probe(
  streams: readonly CompiledStream[],
  { client, schema, signal }: ProbeInput,
): Promise<readonly Refusal[]> {
  const [first] = streams;
  if (first === undefined) return [];
  const root = openRoot(client, schema, first.root, first.where);
  const selection = mergeSelections(streams.map((stream) => stream.selection));
  return (await root.first(selection, { rows: 1, findsRefusals: true }, signal)).refusals;
}

/** The age of no shop: a page of it costs nothing. */
const longAgo = timeRange({ from: '2000-01-01T00:00:00Z', to: '2000-01-02T00:00:00Z' });

/** Tries the ways by which a root's rows are paged and counted, where nobody knows whether the shop has them. */
export async function probeWays(
  [first]: readonly CompiledStream[],
  { client, schema, signal }: ProbeInput,
): Promise<readonly Refusal[]> {
  if (first === undefined) return [];
  const root = openRoot(client, schema, first.root, first.where);
  const { change, id, pageKey } = first.root;
  const condition: JsonObject = change.kind === 'snapshot' ? {} : { [change.filter]: longAgo };
  const status = root.statusField === undefined ? [] : [root.statusField];
  await root.rows(root.fields([id, pageKey.field, ...status])).pages(condition)(undefined, signal);
  if (change.kind !== 'snapshot') await root.count(condition, signal);
  return [];
}

/** The same of several roots in one request, and of the lists that these permissions guard. */
export async function probeAll(
  groups: readonly (readonly CompiledStream[])[],
  permissions: Iterable<string>,
  { client, schema, signal }: ProbeInput,
): Promise<readonly Refusal[]> {
  const variables: Record<string, unknown> = { limit: 1, page: 1 };
  const roots = groups.flatMap((streams) => {
    const [first] = streams;
    const root = first && findRoot(schema, first.root);
    const where: JsonObject | undefined = root && filterOf({ client, root, where: first.where }, {});
    // No row can meet the filter.
    if (root === undefined || where === undefined) return [];
    return [{ root, where, selection: mergeSelections(streams.map((stream) => stream.selection)) }];
  });
  for (const [at, { where }] of roots.entries()) variables[`w${at}`] = where;
  const lists = guardedLists(permissions, schema);
  if (roots.length === 0 && lists.length === 0) return [];
  const names = new Set([
    ...roots.map((_, at) => `w${at}`),
    ...roots.flatMap(({ selection }) => variablesIn(selection)),
  ]);
  const given = Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));
  const { refusals } = await client.ask(
    {
      what: 'a row of each stream',
      ...oneRowOfEach(roots, lists),
      variables: given,
      canNarrow: true,
      findsRefusals: true,
    },
    signal,
  );
  return refusals;
}

/**
 * The lists of the types that these permissions guard. They show what a row may not: of an order without a customer, it does
 * not come out whether the token may see customers.
 */
function guardedLists(permissions: Iterable<string>, schema: GraphQLSchema): readonly string[] {
  const types = new Set([...permissions].map((permission) => permission.replace(/:read$/, '')));
  const lists = new Map<string, string>();
  for (const { name, type, args } of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const of = getNamedType(type).name;
    const isPaged = args.some((argument) => argument.name === 'limit') && !args.some(isRequiredArgument);
    if (types.has(of) && !lists.has(of) && isPaged && isListType(getNullableType(type))) lists.set(of, name);
  }
  return [...lists.values()];
}
