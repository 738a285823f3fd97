import { mergeSelections, type Selection } from '../catalog/query/selection.ts';
import type { JsonObject } from '../json.ts';
import { timeRange } from '../shop/filter.ts';
import type { CentraObject } from '../shop/objects.ts';
import { parseCentraTime, type UtcSecond } from '../time.ts';
import type { VerifyGroup } from './group.ts';
import type { TimeRange } from './time-range.ts';

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

export function shopRows(group: VerifyGroup, signal: AbortSignal): ShopRows {
  const { root, timeField, timeFilter, status } = group;
  const { id, pageKey } = root.definition;
  const filter = group.members[0]?.fold.view.root.filter ?? id;
  const light = root.fields([id, pageKey.field, timeField, ...(status === undefined ? [] : [status.field])]);
  const whole = mergeSelections([light, ...group.members.map(({ fold }) => fold.view.stream.selection)]);

  const conditionOf = ({ range, status: wanted }: Slice): JsonObject => ({
    [timeFilter]: timeRange(range),
    ...(wanted !== undefined && status !== undefined && { [status.filter]: [wanted] }),
  });

  const rowOf = (object: CentraObject): ShopObject => ({
    id: String(object[filter]),
    time: parseCentraTime(object[timeField]) ?? '',
    status: status === undefined ? '' : String(object[status.field] ?? ''),
    object,
  });

  async function* byIds(ids: readonly string[], selection: Selection): AsyncGenerator<readonly ShopObject[]> {
    for await (const { objects, refused } of root.rows(selection).byIds(ids, signal, filter)) {
      if (refused[0] !== undefined) throw refused[0].error;
      yield objects.map(rowOf);
    }
  }

  return Object.freeze({
    hasCounter: root.countedBy === 'counter',
    count: async (slices: readonly Slice[]) =>
      root.countedBy === 'counter' ? root.counts(slices.map(conditionOf), signal) : slices.map(() => 0),
    list: async (slices: readonly Slice[]) => {
      const rows = new Map<string, ShopRow>();
      for (const slice of slices) {
        for await (const { objects, refused } of root.rows(light).all(conditionOf(slice), signal)) {
          if (refused[0] !== undefined) throw refused[0].error;
          remember(rows, objects.map(rowOf));
        }
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
