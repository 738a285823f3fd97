import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import { isObject, type JsonObject } from '../json.ts';
import { parseCentraTime } from '../time.ts';
import { type AskedRoot, filterOf, filtersOf, sentPart } from './asked-root.ts';
import { listPage } from './documents.ts';
import { oneOf } from './filter.ts';
import type { LiveRoot } from './live-root.ts';
import type { NestedCompletion } from './nested/nested-completion.ts';
import { brokenAnswer, type CentraObject, objectsOf, PAGE_SIZE } from './objects.ts';
import { connectionPager } from './pages/connection-pager.ts';
import { checkPage, contradiction } from './pages/contradiction.ts';
import { listPager } from './pages/list-pager.ts';
import { type Gathered, gather, isNarrowable } from './pages/narrowing.ts';
import { nestedPager } from './pages/nested-pager.ts';
import { oneAfterTheOther } from './pages/one-after-the-other.ts';
import { PageSize } from './pages/page-size.ts';
import {
  type KnownRow,
  type NestedRows,
  noPages,
  type Page,
  type Pager,
  type RefusedRow,
} from './pages/pager.ts';
import { pagesAfter } from './pages/pages.ts';
import { knownRowOf, type RowsApart } from './pages/rows-apart.ts';

/** Rows of a root, each with the same fields. */
export interface Rows {
  /** Pages of those that meet a condition: by the Connection where the shop has one, else by offset. */
  readonly pages: (condition: JsonObject, way?: 'list') => Pager;
  /** Pages of a list inside the parent with this id; each holds the parent, with that page's part of the list. */
  readonly nestedPages: (parent: number, nested: NestedRows) => Pager;
  /** All that meet a condition, a page at a time. */
  readonly all: (condition: JsonObject, signal: AbortSignal) => AsyncGenerator<Page>;
  /** All, a page at a time, the greatest page key first; undefined where the shop cannot sort them so. */
  readonly newestFirst: (signal: AbortSignal) => AsyncGenerator<Page> | undefined;
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
  /** Those that are there, and that the API cannot serve. */
  readonly refused: readonly RefusedRow[];
}

/** So many other rows are tried before the API as a whole is blamed. */
const CONTROL_ROWS = 3;

/** The rows of a root with these fields; `completion` says how their nested lists are made whole. */
export function rowsOf(asked: AskedRoot, completion: NestedCompletion): Rows {
  const { client, root } = asked;
  const { definition, schema, type, filter } = root;
  const { id, label, pageKey } = definition;
  const { localTime } = root;
  const ownFields = localTime === undefined ? [] : [localTime.field];
  const identity = selectionOfPaths(schema, type, [...new Set([id, pageKey.field, ...ownFields])]);
  const selection = mergeSelections([completion.selection, identity]);
  const size = new PageSize();
  /** The API has given rows with all that is asked of them. */
  let hasServed = false;
  /** Objects whose nested lists were read in parts, to their end. */
  const areWhole = new WeakSet<CentraObject>();

  /** Those of these ids that there are, in one request for each form of the filter, without the rest of their nested lists. */
  async function fetch(
    ids: readonly (number | string)[],
    field: string,
    selected: Selection,
    signal: AbortSignal,
    canNarrow = true,
  ): Promise<readonly CentraObject[]> {
    const found: CentraObject[] = [];
    for (const variable of filtersOf(asked, { [field]: ids.map((one) => filter.id(field, one)) })) {
      const variables = { where: variable, limit: ids.length, page: 1, probePage: 1, isProbed: false };
      const query = { what: label, ...listPage(root, selected), variables, rows: ids.length, canNarrow };
      const { data } = await client.ask(query, signal);
      found.push(...objectsOf(data[root.list.name], label));
    }
    const wanted = new Set(ids.map(String));
    if (found.some((object) => object[field] !== undefined && !wanted.has(String(object[field]))))
      throw contradiction(label, 'it has rows that were not asked for');
    checkPage(found, { what: label, rows: ids.length, identify: (object) => object[id] });
    return found;
  }

  /** One row of all there are: whether the API answers at all. */
  const wait = async (signal: AbortSignal) => {
    const variables = { where: {}, limit: 1, page: 1, probePage: 1, isProbed: false };
    await client.ask({ what: label, ...listPage(root, identity), variables, rows: 1 }, signal);
  };

  const apart: RowsApart = { identity, gather: (rows, signal) => gatherRows(rows, id, signal) };

  async function gatherRows(
    rows: readonly KnownRow[],
    field: string,
    signal: AbortSignal,
  ): Promise<Gathered> {
    const gathered = await gather(rows, {
      fetch: (some) =>
        fetch(
          some.map((row) => (field === id ? row.id : row.key)),
          field,
          selection,
          signal,
        ),
      wait: () => wait(signal),
      inParts: completion.smaller && ((row) => inParts(row, completion, signal)),
      tooMuch: (count) => size.tooMuch(count),
      canServeOthers: (refused) => canServeOthers(refused, signal),
    });
    if (gathered.refused.length === 0) size.worked(rows.length);
    const order = new Map(rows.map((row, at) => [String(field === id ? row.id : row.key), at]));
    const placeOf = (object: CentraObject) => order.get(String(object[field])) ?? rows.length;
    return { ...gathered, objects: [...gathered.objects].sort((a, b) => placeOf(a) - placeOf(b)) };
  }

  /** Asks for rows from outside the page. Where there are none, nothing speaks against the API. */
  async function canServeOthers(refused: readonly KnownRow[], signal: AbortSignal): Promise<boolean> {
    if (hasServed) return true;
    const [variable] = filtersOf(asked, {});
    const limit = Math.min(PAGE_SIZE, refused.length + CONTROL_ROWS);
    const variables = { where: variable ?? {}, limit, page: 1, probePage: 1, isProbed: false };
    const query = { what: label, ...listPage(root, identity), variables, rows: limit };
    const { data } = await client.ask(query, signal);
    const names = new Set(refused.map((row) => String(row.id)));
    const others = objectsOf(data[root.list.name], label)
      .map((object) => knownRowOf(object, definition))
      .filter((row) => !names.has(String(row.id)) && !names.has(String(row.key)));
    for (const other of others.slice(0, CONTROL_ROWS)) {
      try {
        hasServed = (await fetch([other.id], id, selection, signal)).length > 0;
      } catch (error) {
        if (!isNarrowable(error)) throw error;
      }
      if (hasServed) return true;
    }
    return others.length === 0;
  }

  /** One row whose nested lists are too much at once: in smaller and smaller pages of them. */
  async function inParts(
    row: KnownRow,
    { smaller }: NestedCompletion,
    signal: AbortSignal,
  ): Promise<readonly CentraObject[]> {
    if (smaller === undefined) throw brokenAnswer(label, 'has a row that is too much at once');
    const next = smaller();
    try {
      const selected = mergeSelections([next.selection, identity]);
      const whole = await next.complete(await fetch([row.id], id, selected, signal), signal);
      for (const object of whole) areWhole.add(object);
      return whole;
    } catch (error) {
      if (!isNarrowable(error) || next.smaller === undefined) throw error;
      return inParts(row, next, signal);
    }
  }

  /** What was read in parts is whole already. */
  async function complete(objects: readonly CentraObject[], signal: AbortSignal) {
    if (!objects.some((object) => areWhole.has(object))) return completion.complete(objects, signal);
    const completed: CentraObject[] = [];
    for (const object of objects)
      completed.push(...(areWhole.has(object) ? [object] : await completion.complete([object], signal)));
    return completed;
  }

  /** With every nested list read to its end; an object of which one cannot be is refused. */
  async function completed({ objects, refused }: Gathered, signal: AbortSignal): Promise<Gathered> {
    try {
      return { objects: await complete(objects, signal), refused };
    } catch (error) {
      if (!isNarrowable(error)) throw error;
    }
    const byId = new Map(objects.map((object) => [String(object[id]), object]));
    const rows = objects.map((object) => knownRowOf(object, definition));
    const gathered = await gather(rows, {
      fetch: (some) =>
        complete(
          some.map((row) => byId.get(String(row.id))).filter((object) => object !== undefined),
          signal,
        ),
      wait: () => wait(signal),
      inParts: completion.smaller && ((row) => inParts(row, completion, signal)),
      canServeOthers: (others) => canServeOthers(others, signal),
    });
    return { objects: gathered.objects, refused: [...refused, ...gathered.refused] };
  }

  const completing =
    (pager: Pager): Pager =>
    async (after, signal) => {
      const page = await pager(after, signal);
      return { ...page, ...(await completed(page, signal)) };
    };

  /** A snapshot always goes by offset: a state that holds a position in it may be older than the shop's Connection. */
  function pagerUnder(variable: JsonObject, way?: 'list'): Pager {
    const { connection } = root;
    const common = { client, root, where: variable, selection, size, apart };
    return connection === undefined || definition.change.kind === 'snapshot' || way === 'list'
      ? listPager(common)
      : connectionPager({ ...common, connection });
  }

  async function* all(condition: JsonObject, signal: AbortSignal): AsyncGenerator<Page> {
    for (const variable of filtersOf(asked, sentPart(root, condition))) {
      const pager = completing(inRange(pagerUnder(variable), root, condition));
      yield* pagesAfter(pager, { after: undefined, signal, looksAhead: true });
    }
  }

  function newestFirst(signal: AbortSignal): AsyncGenerator<Page> | undefined {
    const { descending } = definition.pageKey;
    const variable = filterOf(asked, {});
    if (descending === undefined || root.list.sortBy(descending) === undefined || variable === undefined)
      return undefined;
    const pager = listPager({ client, root, where: variable, selection, sort: descending });
    return pagesAfter(completing(pager), { after: undefined, signal, looksAhead: false });
  }

  async function* byIds(
    ids: readonly (number | string)[],
    signal: AbortSignal,
    field = id,
  ): AsyncGenerator<FoundRows> {
    for (let start = 0; start < ids.length; ) {
      const batch = ids.slice(start, start + size.rows);
      start += batch.length;
      const rows = batch.map((one): KnownRow => ({ id: one, key: one }));
      yield { ids: batch, ...(await completed(await gatherRows(rows, field, signal), signal)) };
    }
  }

  return Object.freeze({
    pages: (condition: JsonObject, way?: 'list') => {
      const sent = sentPart(root, condition);
      const pagerOf = (variable: JsonObject) =>
        completing(inRange(pagerUnder(variable, way), root, condition));
      if (root.parts.length > 1) return oneAfterTheOther(filtersOf(asked, sent).map(pagerOf));
      const variable = root.parts.length === 1 ? oneOf(filtersOf(asked, sent), definition.label) : undefined;
      return variable === undefined ? noPages : pagerOf(variable);
    },
    nestedPages: (parent: number, nested: NestedRows) => {
      const variable = filterOf(asked, { [id]: [filter.id(id, parent)] });
      if (variable === undefined) return noPages;
      const { complete } = completion;
      const inside = { parent, nested, where: variable, selection: completion.selection, complete, size };
      return nestedPager({ client, root, ...inside });
    },
    all,
    newestFirst,
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

/** The ids of all rows, ascending: for the parents of a nested list, which are few. */
export async function idsOf(asked: AskedRoot, signal: AbortSignal): Promise<readonly number[]> {
  const { client, root } = asked;
  const { id } = root.definition;
  const where = filterOf(asked, {});
  if (where === undefined) return [];
  const selection = selectionOfPaths(root.schema, root.type, [id]);
  // The label is that of the rows inside; here it is their parents that are read.
  const what = root.list.name;
  const pager = listPager({ client, root, where, selection, what });
  const found = new Set<number>();
  for await (const { objects } of pagesAfter(pager, { after: undefined, signal, looksAhead: true })) {
    for (const object of objects) {
      const own = object[id];
      if (typeof own !== 'number') throw brokenAnswer(what, 'has a row without an id');
      found.add(own);
    }
  }
  return [...found].sort((a, b) => a - b);
}
