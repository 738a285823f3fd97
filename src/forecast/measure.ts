import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { mergeSelections } from '../catalog/query/selection.ts';
import type { CentraClient } from '../centra/client.ts';
import type { RateLimit } from '../centra/rate-limits.ts';
import type { JsonObject } from '../json.ts';
import { timeRange } from '../shop/filter.ts';
import { type CentraObject, PAGE_SIZE } from '../shop/objects.ts';
import { type OpenRoot, openRoot } from '../shop/open-root.ts';
import { decodeSent } from '../sync/memory/fingerprint.ts';
import {
  type FetchGroup,
  nestedRowsOf,
  type SnapshotPlan,
  type StreamPlan,
  type WindowsPlan,
} from '../sync/plan.ts';
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
  /** Requests beside the pages: for the newest ids, and for what a list may hide. */
  readonly besides: number;
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

/** The shop that is asked. */
export interface MeasuredShop {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
}

export async function measureWindows(
  group: FetchGroup<WindowsPlan>,
  { client, schema, signal }: MeasuredShop,
): Promise<GroupMeasure> {
  const root = openRoot(client, schema, group.root, group.where);
  const owed = group.plans[0]?.state.owed ?? [];
  const conditions = owed.map((window): JsonObject => ({ [group.change.filter]: timeRange(window) }));
  const counts = await counted(root, conditions, signal);
  const open = new Set(group.plans.flatMap(({ state }) => [...decodeSent(state.open).keys()])).size;
  const sample = await samplePage(group, root, conditions.at(-1) ?? {}, signal);
  const rows = counts?.reduce((sum, count) => sum + count, 0);
  return {
    streams: group.plans.map(({ stream }) => streamMeasure(stream, rows, sample.objects)),
    windows: counts?.map((count, index) => {
      const isBegun = owed[index]?.after !== undefined;
      const isSplit = root.countedBy === 'counter' && !isBegun && count >= ROWS_WORTH_SPLITTING;
      return { rows: count, isSplit };
    }),
    open,
    besides: requestsBesides(group),
    cost: sample.cost,
  };
}

export async function measureSnapshot(
  group: FetchGroup<SnapshotPlan>,
  { client, schema, signal }: MeasuredShop,
): Promise<GroupMeasure> {
  const root = openRoot(client, schema, group.root, group.where);
  const nested = nestedRowsOf(group);
  const counts =
    nested === undefined ? await counted(root, [{}], signal) : await root.countNested(nested.list, signal);
  const sample = await samplePage(group, root, {}, signal);
  const rows = counts?.reduce((sum, count) => sum + count, 0);
  return {
    streams: group.plans.map(({ stream }) =>
      nested === undefined
        ? streamMeasure(stream, rows, sample.objects)
        : { stream: stream.name, rows, isExact: false },
    ),
    windows: counts?.map((count) => ({ rows: count, isSplit: false })),
    open: 0,
    besides: 0,
    cost: sample.cost,
  };
}

/** What a group will draw from the limits under a share of them. Where its rows are not known, the first page alone. */
export function needOf(measure: GroupMeasure, limits: readonly RateLimit[], share: number): Need {
  const { windows, open, besides, cost } = measure;
  const pageRows = rowsPerPage(cost, limits, share, PAGE_SIZE);
  const ofWindows = (windows ?? [{ rows: 0, isSplit: false }]).flatMap(({ rows, isSplit }) =>
    isSplit ? splitNeed(rows, pageRows, cost) : [pagesNeed(rows, pageRows, cost)],
  );
  const ofOthers = { requests: besides, complexity: besides * cost.perRequest };
  return sumOf([...ofWindows, ofOthers, ...(open === 0 ? [] : [pagesNeed(open, pageRows, cost)])]);
}

/** Rows without a date of change are also found by their ids: before a first read and after each. A first read counts what a list hides. */
function requestsBesides({ change, plans, root }: FetchGroup<WindowsPlan>): number {
  const isFirst = plans.every(({ readBefore }) => readBefore === undefined);
  if (change.kind === 'created') return isFirst ? 2 : 1;
  return isFirst && root.mayHideBy !== undefined ? 1 : 0;
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
  root: OpenRoot,
  conditions: readonly JsonObject[],
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  if (conditions.length === 0) return [];
  return root.countedBy === undefined ? undefined : root.counts(conditions, signal);
}

interface SamplePage {
  readonly objects: readonly CentraObject[];
  readonly cost: PageCost;
}

/** The same selection as a page of the sync has, with few rows. */
async function samplePage(
  group: FetchGroup<StreamPlan>,
  root: OpenRoot,
  condition: JsonObject,
  signal: AbortSignal,
): Promise<SamplePage> {
  const { id, pageKey } = group.root;
  const selections = group.plans.map(({ stream }) => stream.selection);
  const selection = mergeSelections([...selections, root.fields([id, pageKey.field])]);
  const { objects, complexity } = await root.first(selection, { rows: SAMPLE_ROWS, condition }, signal);
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
