import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import { isObject, type JsonObject } from '../json.ts';
import { parseCentraTime } from '../time.ts';
import { type AskedRoot, filterOf, filtersOf, sentPart } from './asked-root.ts';
import { oneOf } from './filter.ts';
import type { LiveRoot } from './live-root.ts';
import type { NestedCompletion } from './nested/nested-completion.ts';
import { type CentraObject, PAGE_SIZE } from './objects.ts';
import { connectionPager } from './pages/connection-pager.ts';
import { listPager } from './pages/list-pager.ts';
import { nestedPager } from './pages/nested-pager.ts';
import { oneAfterTheOther } from './pages/one-after-the-other.ts';
import { type NestedRows, noPages, type Page, type Pager } from './pages/pager.ts';
import { pagesAfter } from './pages/pages.ts';

/** Rows of a root, each with the same fields. */
export interface Rows {
  /** Pages of those that meet a condition: by the Connection where the shop has one, else by offset. */
  readonly pages: (condition: JsonObject) => Pager;
  /** Pages of a list inside the parent with this id; each holds the parent, with that page's part of the list. */
  readonly nestedPages: (parent: number, nested: NestedRows) => Pager;
  /** All that meet a condition, a page at a time. */
  readonly all: (condition: JsonObject, signal: AbortSignal) => AsyncGenerator<Page>;
  /** Those of these ids that there are, with the ids that were asked for at once; `field` of the filter takes them. */
  readonly byIds: (
    ids: readonly (number | string)[],
    signal: AbortSignal,
    field?: string,
  ) => AsyncGenerator<FoundRows>;
}

export interface FoundRows {
  readonly ids: readonly (number | string)[];
  readonly objects: readonly CentraObject[];
}

/** The rows of a root with these fields; `completion` says how their nested lists are made whole. */
export function rowsOf(asked: AskedRoot, completion: NestedCompletion): Rows {
  const { client, root } = asked;
  const { definition, schema, type, filter } = root;
  const { id } = definition;
  const { complete } = completion;
  const { localTime } = root;
  const ownFields = localTime === undefined ? [id] : [id, localTime.field];
  const selection = mergeSelections([completion.selection, selectionOfPaths(schema, type, ownFields)]);

  const completing =
    (pager: Pager): Pager =>
    async (after, signal) => {
      const page = await pager(after, signal);
      return { ...page, objects: await complete(page.objects, signal) };
    };

  async function* all(condition: JsonObject, signal: AbortSignal): AsyncGenerator<Page> {
    for (const variable of filtersOf(asked, sentPart(root, condition))) {
      const pager = completing(inRange(pagerUnder(asked, variable, selection), root, condition));
      yield* pagesAfter(pager, { after: undefined, signal, looksAhead: true });
    }
  }

  async function* byIds(
    ids: readonly (number | string)[],
    signal: AbortSignal,
    field = id,
  ): AsyncGenerator<FoundRows> {
    for (let start = 0; start < ids.length; start += PAGE_SIZE) {
      const batch = ids.slice(start, start + PAGE_SIZE);
      const objects: CentraObject[] = [];
      for (const variable of filtersOf(asked, { [field]: batch.map((one) => filter.id(field, one)) })) {
        const pager = completing(listPager({ client, root, where: variable, selection }));
        objects.push(...(await pager(undefined, signal)).objects);
      }
      yield { ids: batch, objects };
    }
  }

  return Object.freeze({
    pages: (condition: JsonObject) => {
      const sent = sentPart(root, condition);
      const pagerOf = (variable: JsonObject) =>
        completing(inRange(pagerUnder(asked, variable, selection), root, condition));
      if (root.parts.length > 1) return oneAfterTheOther(filtersOf(asked, sent).map(pagerOf));
      const variable = root.parts.length === 1 ? oneOf(filtersOf(asked, sent), definition.label) : undefined;
      return variable === undefined ? noPages : pagerOf(variable);
    },
    nestedPages: (parent: number, nested: NestedRows) => {
      const variable = filterOf(asked, { [id]: [filter.id(id, parent)] });
      if (variable === undefined) return noPages;
      return nestedPager({
        client,
        root,
        nested,
        where: variable,
        selection: completion.selection,
        complete,
      });
    },
    all,
    byIds,
  });
}

/** Leaves out what a range of time does not hold, where the API cannot do that. */
function inRange(pager: Pager, { localTime }: LiveRoot, condition: JsonObject): Pager {
  const range = localTime && condition[localTime.filter];
  if (localTime === undefined || !isObject(range)) return pager;
  const from = parseCentraTime(range.from);
  const to = parseCentraTime(range.to);
  const isInside = (object: CentraObject) => {
    const time = parseCentraTime(object[localTime.field]);
    return time === undefined || ((from === undefined || time >= from) && (to === undefined || time <= to));
  };
  return async (after, signal) => {
    const { totalRows: _, objects, ...page } = await pager(after, signal);
    return { ...page, totalRows: undefined, objects: objects.filter(isInside) };
  };
}

/** A snapshot always goes by offset: a state that holds a position in it may be older than the shop's Connection. */
function pagerUnder({ client, root }: AskedRoot, where: JsonObject, selection: Selection): Pager {
  const { connection, definition } = root;
  const common = { client, root, where, selection };
  return connection === undefined || definition.change.kind === 'snapshot'
    ? listPager(common)
    : connectionPager({ ...common, connection });
}

/** The ids of all rows, ascending: for the parents of a nested list, which are few. */
export async function idsOf(asked: AskedRoot, signal: AbortSignal): Promise<readonly number[]> {
  const { client, root } = asked;
  const { id } = root.definition;
  const where = filterOf(asked, {});
  if (where === undefined) return [];
  const selection = selectionOfPaths(root.schema, root.type, [id]);
  // The label is that of the rows inside; here it is their parents that are read.
  const pager = listPager({ client, root, where, selection, what: root.list.name });
  const found = new Set<number>();
  for await (const { objects } of pagesAfter(pager, { after: undefined, signal, looksAhead: true })) {
    for (const object of objects) found.add(Number(object[id]));
  }
  return [...found].sort((a, b) => a - b);
}
