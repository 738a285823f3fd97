import { type GraphQLSchema, getNamedType, isInputObjectType } from 'graphql';
import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import type { CentraClient } from '../centra/client.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { countRows, matchesNothing } from '../shop/counts.ts';
import { connectionPager } from '../shop/pages/connection-pager.ts';
import { listPager } from '../shop/pages/list-pager.ts';
import { type CentraObject, combineFilters, PAGE_SIZE } from '../shop/pages/pager.ts';
import { pagesAfter } from '../shop/pages/pages.ts';
import { parseCentraTime, type UtcSecond } from '../time.ts';
import type { VerifyGroup } from './group.ts';
import { type TimeRange, toFilter } from './time-range.ts';

/** What the shop says of one object, without its columns. */
export interface ShopRow {
  readonly time: UtcSecond;
  readonly status: string;
}

export interface ShopObject extends ShopRow {
  readonly id: string;
  readonly object: CentraObject;
}

export interface Slice {
  readonly range: TimeRange;
  /** Undefined: of any status. */
  readonly status: string | undefined;
}

/** Asks the shop about the objects of one group. */
export interface ShopRows {
  readonly hasCounter: boolean;
  /** How many there are in each slice; only where the shop has a counter. */
  readonly count: (slices: readonly Slice[]) => Promise<readonly number[]>;
  /** All of these slices, by id, with a light query. */
  readonly list: (slices: readonly Slice[]) => Promise<ReadonlyMap<string, ShopRow>>;
  /** Those of these ids that there are, with a light query. */
  readonly find: (ids: readonly string[]) => Promise<ReadonlyMap<string, ShopRow>>;
  /** The same with all that the streams' columns need, a page at a time. */
  readonly read: (ids: readonly string[]) => AsyncGenerator<readonly ShopObject[]>;
}

export interface ShopRowsOptions {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  readonly group: VerifyGroup;
}

export function shopRows(options: ShopRowsOptions): ShopRows {
  const { client, schema, signal, group } = options;
  const { root, where, timeField, timeFilter, status } = group;
  const { definition, filterType, connection, counter } = root;
  const { id: idField, label, pageKey } = definition;
  const filter = group.members[0]?.fold.view.root.filter ?? idField;
  const light = selectionOfPaths(schema, root.type, [
    ...new Set([idField, pageKey.field, timeField, ...(status === undefined ? [] : [status.field])]),
  ]);
  const whole = mergeSelections([light, ...group.members.map(({ fold }) => fold.view.stream.selection)]);
  const toId = idConverter(schema, filterType, filter);

  const whereOf = ({ range, status: wanted }: Slice): JsonObject =>
    combineFilters(where, {
      [timeFilter]: toFilter(range),
      ...(wanted !== undefined && status !== undefined && { [status.filter]: [wanted] }),
    });

  const rowOf = (object: CentraObject): ShopObject => ({
    id: String(object[filter]),
    time: parseCentraTime(object[timeField]) ?? '',
    status: status === undefined ? '' : String(object[status.field] ?? ''),
    object,
  });

  async function* pages(filters: JsonObject, selection: Selection): AsyncGenerator<readonly ShopObject[]> {
    if (matchesNothing(filters)) return;
    const common = { client, filterType, sort: pageKey.sort, where: filters, selection, label };
    const pager =
      connection === undefined
        ? listPager({ ...common, list: definition.root, id: idField })
        : connectionPager({ ...common, connection });
    for await (const { objects } of pagesAfter(pager, { after: undefined, signal, looksAhead: true }))
      yield objects.map(rowOf);
  }

  async function* byIds(ids: readonly string[], selection: Selection): AsyncGenerator<readonly ShopObject[]> {
    for (let start = 0; start < ids.length; start += PAGE_SIZE) {
      const batch = ids.slice(start, start + PAGE_SIZE).map(toId);
      yield* pages(combineFilters(where, { [filter]: batch }), selection);
    }
  }

  return Object.freeze({
    hasCounter: counter !== undefined,
    count: async (slices: readonly Slice[]) =>
      counter === undefined
        ? slices.map(() => 0)
        : countRows({
            client,
            root,
            way: { kind: 'counter', field: counter },
            wheres: slices.map(whereOf),
            signal,
          }),
    list: async (slices: readonly Slice[]) => {
      const rows = new Map<string, ShopRow>();
      for (const slice of slices) {
        for await (const page of pages(whereOf(slice), light)) remember(rows, page);
      }
      return rows;
    },
    find: async (ids: readonly string[]) => {
      const rows = new Map<string, ShopRow>();
      for await (const page of byIds(ids, light)) remember(rows, page);
      return rows;
    },
    read: (ids: readonly string[]) => byIds(ids, whole),
  });
}

function remember(rows: Map<string, ShopRow>, page: readonly ShopObject[]): void {
  for (const { id, time, status } of page) rows.set(id, { time, status });
}

/** A column may show a number as text; the filter wants it as its type says. */
function idConverter(schema: GraphQLSchema, filterType: string, filter: string): (id: string) => JsonValue {
  const type = schema.getType(filterType);
  const field = isInputObjectType(type) ? type.getFields()[filter] : undefined;
  const isNumber = /^Int/.test(field === undefined ? '' : getNamedType(field.type).name);
  return (id) => (isNumber ? Number(id) : id);
}
