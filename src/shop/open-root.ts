import type { GraphQLSchema } from 'graphql';
import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import { fieldOf } from '../catalog/query/selection-walk.ts';
import type { Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { parseCentraTime, type UtcSecond } from '../time.ts';
import { countRows } from './counts.ts';
import { firstRows, oldestRow, variablesIn } from './documents.ts';
import { type Filter, oneOf } from './filter.ts';
import { findRoot, type LiveRoot } from './live-root.ts';
import { countNested } from './nested/count-nested.ts';
import { nestedCompletion } from './nested/nested-completion.ts';
import { brokenAnswer, type CentraObject, PAGE_SIZE } from './objects.ts';
import { connectionPager } from './pages/connection-pager.ts';
import { listPager } from './pages/list-pager.ts';
import { nestedPager } from './pages/nested-pager.ts';
import { type NestedRows, noPages, type Page, type Pager } from './pages/pager.ts';
import { pagesAfter } from './pages/pages.ts';
import { type Sample, type SampleInput, sampleRoot } from './sample.ts';

/** A root list of one shop, opened: everything that is asked of it goes through here, under the catalog's filter. */
export interface OpenRoot {
  readonly definition: RootDefinition;
  /** What its rows are called: "orders". */
  readonly label: string;
  /** What the live schema filters it by. */
  readonly filter: Filter;
  /** The field that shows whether a row is final, by the name that this API gives it. */
  readonly statusField: string | undefined;
  /** By a counter, which costs next to nothing, or by a Connection, which costs as much as a list. */
  readonly countedBy: 'counter' | 'connection' | undefined;
  /** Whether its rows have a field. */
  readonly has: (field: string) => boolean;
  /** Fields of a row by their dotted paths. */
  readonly fields: (paths: Iterable<string>) => Selection;
  /** The same root under another filter of a catalog's; undefined: all of its rows. */
  readonly under: (where: JsonObject | undefined) => OpenRoot;
  /** Its rows with these fields, as they come: the API cuts nested lists. */
  readonly rows: (selection: Selection) => Rows;
  /** Its rows with these fields, and every nested list read to its end. */
  readonly wholeRows: (selection: Selection) => Rows;
  /** The ids of all rows, ascending: for the parents of a nested list, which are few. */
  readonly ids: (signal: AbortSignal) => Promise<readonly number[]>;
  /** How many rows meet a condition; undefined where the shop does not say it. */
  readonly count: (condition: JsonObject, signal: AbortSignal) => Promise<number | undefined>;
  /** The same of several, in their order, where none of the numbers can be done without. */
  readonly counts: (conditions: readonly JsonObject[], signal: AbortSignal) => Promise<readonly number[]>;
  /** About how many rows a nested list has in each parent; undefined when there are too many parents. */
  readonly countNested: (nestedList: string, signal: AbortSignal) => Promise<readonly number[] | undefined>;
  /** The time of the oldest row; undefined when there is none, or the shop cannot find it. */
  readonly oldest: (signal: AbortSignal) => Promise<UtcSecond | undefined>;
  /** Some rows with all that a read asks for, to see what that costs, and what the token may not see. */
  readonly first: (
    selection: Selection,
    options: { readonly rows: number; readonly condition?: JsonObject },
    signal: AbortSignal,
  ) => Promise<FirstRows>;
  /** Some of the newest and of the oldest rows, without what the token may not see. */
  readonly sample: (input: SampleInput, signal: AbortSignal) => Promise<Sample>;
}

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

export interface FirstRows {
  readonly objects: readonly CentraObject[];
  readonly complexity: number | undefined;
  readonly refusals: readonly Refusal[];
}

/**
 * Opens a root in a shop whose live schema is known; nothing is asked yet. Throws a ConnectorError of kind `schema` when what
 * the sync stands on is not there.
 */
export function openRoot(
  client: CentraClient,
  schema: GraphQLSchema,
  definition: RootDefinition,
  where?: JsonObject | undefined,
): OpenRoot {
  return open(client, findRoot(schema, definition), where);
}

function open(client: CentraClient, root: LiveRoot, where: JsonObject | undefined): OpenRoot {
  const { definition, schema, type, filter, counter, connection } = root;
  const { label, id } = definition;
  const fields = (paths: Iterable<string>) => selectionOfPaths(schema, type, [...new Set(paths)]);
  const asked: AskedRoot = { client, root, where };
  const countsOf = (conditions: readonly JsonObject[], signal: AbortSignal) => {
    const filters = conditions.map((condition) => filter.both(where, condition));
    return countRows({ client, root, filters, signal });
  };
  return Object.freeze({
    definition,
    label,
    filter,
    statusField: root.statusField,
    countedBy: (counter && ('counter' as const)) ?? (connection && ('connection' as const)),
    has: (field: string) => fieldOf(schema.getType(type), field) !== undefined,
    fields,
    under: (other: JsonObject | undefined) => open(client, root, other),
    rows: (selection: Selection) => rowsOf(asked, { selection, complete: async (objects) => objects }),
    wholeRows: (selection: Selection) => rowsOf(asked, nestedCompletion({ client, root, selection })),
    ids: async (signal: AbortSignal) => {
      const found = new Set<number>();
      const pager = pagerOf(asked, {}, fields([id]), root.list.name);
      for await (const { objects } of pagesAfter(pager, { after: undefined, signal, looksAhead: true })) {
        for (const object of objects) found.add(Number(object[id]));
      }
      return [...found].sort((a, b) => a - b);
    },
    count: async (condition: JsonObject, signal: AbortSignal) => (await countsOf([condition], signal))[0],
    counts: async (conditions: readonly JsonObject[], signal: AbortSignal) =>
      (await countsOf(conditions, signal)).map((count) => {
        if (count === undefined) throw brokenAnswer(`the number of ${label}`, 'is not a number');
        return count;
      }),
    countNested: (nestedList: string, signal: AbortSignal) =>
      countNested({ client, root, where, nestedList, signal }),
    oldest: (signal: AbortSignal) => oldestOf(asked, signal),
    first: (
      selection: Selection,
      { rows, condition = {} }: { readonly rows: number; readonly condition?: JsonObject },
      signal: AbortSignal,
    ) => firstOf(asked, selection, rows, condition, signal),
    sample: (input: SampleInput, signal: AbortSignal) =>
      sampleRoot({ client, root, where: variableOf(asked, {}) }, input, signal),
  });
}

interface AskedRoot {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly where: JsonObject | undefined;
}

/** Undefined: no row can meet the condition. */
function variableOf({ root, where }: AskedRoot, condition: JsonObject): JsonObject | undefined {
  return oneOf(root.filter.both(where, condition), root.definition.label);
}

function pagerOf(asked: AskedRoot, condition: JsonObject, selection: Selection, what?: string): Pager {
  const where = variableOf(asked, condition);
  return where === undefined ? noPages : pagerUnder(asked, where, selection, what);
}

/** A snapshot goes by offset wherever it can: a state that holds a position in it may be older than the shop's Connection. */
function pagerUnder(
  { client, root }: AskedRoot,
  where: JsonObject,
  selection: Selection,
  what?: string,
): Pager {
  const { connection, definition } = root;
  const common = { client, root, where, selection };
  return connection === undefined || definition.change.kind === 'snapshot'
    ? listPager({ ...common, ...(what !== undefined && { what }) })
    : connectionPager({ ...common, connection });
}

/** What is asked of each row, and how what comes is made whole. */
type Completing = ReturnType<typeof nestedCompletion>;

function rowsOf(asked: AskedRoot, completion: Completing): Rows {
  const { client, root, where } = asked;
  const { definition, schema, type, filter } = root;
  const { id } = definition;
  const { complete } = completion;
  const selection = mergeSelections([completion.selection, selectionOfPaths(schema, type, [id])]);

  const completing =
    (pager: Pager): Pager =>
    async (after, signal) => {
      const page = await pager(after, signal);
      return { ...page, objects: await complete(page.objects, signal) };
    };

  async function* all(condition: JsonObject, signal: AbortSignal): AsyncGenerator<Page> {
    for (const variable of filter.both(where, condition)) {
      const pager = completing(pagerUnder(asked, variable, selection));
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
      for (const variable of filter.both(where, { [field]: batch.map((one) => filter.id(field, one)) })) {
        const pager = completing(listPager({ client, root, where: variable, selection }));
        objects.push(...(await pager(undefined, signal)).objects);
      }
      yield { ids: batch, objects };
    }
  }

  return Object.freeze({
    pages: (condition: JsonObject) => completing(pagerOf(asked, condition, selection)),
    nestedPages: (parent: number, nested: NestedRows) => {
      const variable = variableOf(asked, { [id]: [filter.id(id, parent)] });
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

async function oldestOf(asked: AskedRoot, signal: AbortSignal): Promise<UtcSecond | undefined> {
  const { client, root } = asked;
  const where = variableOf(asked, {});
  if (root.oldestTime === undefined || where === undefined) return undefined;
  const document = oldestRow(root, root.oldestTime);
  const { data } = await client.ask(
    { what: root.definition.label, ...document, variables: { where } },
    signal,
  );
  const rows = data[root.list.name];
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return parseCentraTime(isObject(first) ? first[root.oldestTime.field] : undefined);
}

/** Where the pages are those of a list inside one parent, that list is the one with so many rows. */
async function firstOf(
  asked: AskedRoot,
  selection: Selection,
  rows: number,
  condition: JsonObject,
  signal: AbortSignal,
): Promise<FirstRows> {
  const { client, root } = asked;
  const where = variableOf(asked, condition);
  if (where === undefined) return { objects: [], complexity: undefined, refusals: [] };
  const isNested = variablesIn(selection).length > 0;
  const document = firstRows(root, isNested ? 1 : rows, selection);
  const variables = { where, ...(isNested && { limit: rows, page: 1 }) };
  const what = root.definition.label;
  const { data, complexity, refusals } = await client.ask({ what, ...document, variables, rows }, signal);
  const found = data[root.list.name];
  return { objects: Array.isArray(found) ? found.filter(isObject) : [], complexity, refusals };
}
