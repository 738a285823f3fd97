import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { mergeSelections, renderSelection, selectionOfPaths } from '../catalog/query/selection.ts';
import type { RateLimit } from '../centra/rate-limits.ts';
import { isObject, type JsonObject } from '../json.ts';
import { countRows, countWay } from '../shop/counts.ts';
import { countNested } from '../shop/nested/count-nested.ts';
import { type ResolvedRoot, resolveRoot } from '../shop/open-root.ts';
import { type CentraObject, combineFilters, PAGE_SIZE, withOffset } from '../shop/pages/pager.ts';
import type { ReadContext } from '../sync/context.ts';
import { decodeSent } from '../sync/memory/fingerprint.ts';
import type { FetchGroup, SnapshotPlan, StreamPlan, WindowsPlan } from '../sync/plan.ts';
import type { Window } from '../sync/state.generated.ts';
import { MOST_PARTS, ROWS_WORTH_SPLITTING } from '../sync/windows/split.ts';
import { type Need, type PageCost, pageCostOf, pagesNeed, rowsPerPage, sumOf } from './forecast.ts';

/** So many rows are asked for, once for each group, to see what a page costs. */
export const SAMPLE_ROWS = 10;

/** What one group of streams is owed, and what that costs. */
export interface GroupMeasure {
  readonly streams: readonly StreamMeasure[];
  /** Of the root's rows in each window that is owed, or of a nested list in each of its parents. Undefined: nobody can tell. */
  readonly windows: readonly WindowMeasure[] | undefined;
  /** Rows that are read again by their ids, since they may have changed without a date. */
  readonly open: number;
  readonly cost: PageCost;
}

interface StreamMeasure {
  readonly stream: string;
  readonly rows: number | undefined;
  /** A number of lines is reckoned from the rows of the sample. */
  readonly isExact: boolean;
}

interface WindowMeasure {
  readonly rows: number;
  /** Whether it will be counted and cut into parts that are read side by side. */
  readonly isSplit: boolean;
}

export type MeasureContext = Pick<ReadContext, 'client' | 'schema' | 'signal'>;

export async function measureWindows(
  group: FetchGroup<WindowsPlan>,
  context: MeasureContext,
): Promise<GroupMeasure> {
  const root = resolveRoot(context.schema, group.root);
  const { filter } = group.change;
  const owed = group.plans[0]?.state.owed ?? [];
  const wheres = owed.map((window) => combineFilters(group.where, { [filter]: rangeOf(window) }));
  const counts = await counted(root, wheres, context);
  const open = new Set(group.plans.flatMap(({ state }) => [...decodeSent(state.open).keys()])).size;
  const sample = await samplePage(group, root, wheres.at(-1) ?? group.where ?? {}, context);
  const rows = counts?.reduce((sum, count) => sum + count, 0);
  return {
    streams: group.plans.map(({ stream }) => streamMeasure(stream, rows, sample.objects)),
    windows: counts?.map((count, index) => {
      const isBegun = owed[index]?.after !== undefined;
      const isSplit = root.counter !== undefined && !isBegun && count >= ROWS_WORTH_SPLITTING;
      return { rows: count, isSplit };
    }),
    open,
    cost: sample.cost,
  };
}

export async function measureSnapshot(
  group: FetchGroup<SnapshotPlan>,
  context: MeasureContext,
): Promise<GroupMeasure> {
  const root = resolveRoot(context.schema, group.root);
  const where = group.where ?? {};
  const { nestedList } = group.change;
  const isNested = nestedList !== undefined && group.plans[0]?.stream.each[0] === nestedList;
  const counts = isNested
    ? await countNested(root, where, nestedList, context)
    : await counted(root, [where], context);
  const sample = await samplePage(group, root, where, context);
  const rows = counts?.reduce((sum, count) => sum + count, 0);
  return {
    streams: group.plans.map(({ stream }) =>
      isNested ? { stream: stream.name, rows, isExact: false } : streamMeasure(stream, rows, sample.objects),
    ),
    windows: counts?.map((count) => ({ rows: count, isSplit: false })),
    open: 0,
    cost: sample.cost,
  };
}

/** What a group will draw from the limits under a share of them. Where its rows are not known, the first page alone. */
export function needOf(measure: GroupMeasure, limits: readonly RateLimit[], share: number): Need {
  const { windows, open, cost } = measure;
  const pageRows = rowsPerPage(cost, limits, share, PAGE_SIZE);
  const ofWindows = (windows ?? [{ rows: 0, isSplit: false }]).flatMap(({ rows, isSplit }) =>
    isSplit ? splitNeed(rows, pageRows, cost) : [pagesNeed(rows, pageRows, cost)],
  );
  return sumOf([...ofWindows, ...(open === 0 ? [] : [pagesNeed(open, pageRows, cost)])]);
}

/** Each part is counted by a request, and ends with a page that is half full on average. */
function splitNeed(rows: number, pageRows: number, cost: PageCost): readonly Need[] {
  const rowsPerPart = Math.max(ROWS_WORTH_SPLITTING / 2, Math.ceil(rows / MOST_PARTS));
  const parts = 2 ** Math.ceil(Math.log2(rows / rowsPerPart));
  return [
    { requests: parts + 1, complexity: (parts + 1) * cost.perRequest },
    pagesNeed(rows + (parts * pageRows) / 2, pageRows, cost),
  ];
}

async function counted(
  root: ResolvedRoot,
  wheres: readonly JsonObject[],
  { client, signal }: MeasureContext,
): Promise<readonly number[] | undefined> {
  if (wheres.length === 0) return [];
  const way = countWay(root);
  return way === undefined ? undefined : countRows({ client, root, way, wheres, signal });
}

interface SamplePage {
  readonly objects: readonly CentraObject[];
  readonly cost: PageCost;
}

/** The same selection as a page of the sync has, with few rows. */
async function samplePage(
  group: FetchGroup<StreamPlan>,
  root: ResolvedRoot,
  where: JsonObject,
  { client, schema, signal }: MeasureContext,
): Promise<SamplePage> {
  const { root: list, id, pageKey, label } = group.root;
  const selection = renderSelection(
    mergeSelections([
      ...group.plans.map(({ stream }) => stream.selection),
      selectionOfPaths(schema, root.type, [...new Set([id, pageKey.field])]),
    ]),
  );
  // Where the pages are those of a list inside one parent, that list is the small one.
  const isNested = selection.includes('$page');
  const parameters = isNested ? ', $limit: Int, $page: Int' : '';
  const query = `query ${list}($where: ${root.filterType}${parameters}) {
  ${list}(where: $where, limit: ${isNested ? 1 : SAMPLE_ROWS}) ${selection}
}`;
  const variables = { where, ...(isNested && { limit: SAMPLE_ROWS, page: 1 }) };
  const { data, complexity } = await client.ask(
    { what: label, operationName: list, query, variables, rows: SAMPLE_ROWS },
    signal,
  );
  const objects = Array.isArray(data[list]) ? data[list].filter(isObject) : [];
  return { objects, cost: pageCostOf(complexity ?? 0, SAMPLE_ROWS) };
}

function streamMeasure(
  stream: CompiledStream,
  rows: number | undefined,
  sample: readonly CentraObject[],
): StreamMeasure {
  if (stream.each.length === 0) return { stream: stream.name, rows, isExact: true };
  if (rows === 0) return { stream: stream.name, rows: 0, isExact: true };
  if (rows === undefined || sample.length === 0)
    return { stream: stream.name, rows: undefined, isExact: false };
  const lines = sample.reduce((sum, object) => sum + stream.rows(object, { snapshotAt: '' }).length, 0);
  return { stream: stream.name, rows: Math.round((lines / sample.length) * rows), isExact: false };
}

function rangeOf({ from, to }: Window): JsonObject {
  return { ...(from && { from: withOffset(from) }), to: withOffset(to) };
}
