import type { ShopRows, Slice } from './shop-rows.ts';
import { dayOf, intersect, rangeOfDay, subtract, type TimeRange } from './time-range.ts';

/** A day and a status, in one text; the status is empty where rows are told apart by their day only. */
export type Cell = string;

export function cellOf(row: { readonly time: string; readonly status: string }): Cell {
  return `${dayOf(row.time)} ${row.status}`;
}

export function partsOf(cell: Cell): { readonly day: string; readonly status: string } {
  return { day: cell.slice(0, 10), status: cell.slice(11) };
}

export interface CountedCells {
  readonly counts: ReadonlyMap<Cell, number>;
  /** Days on which the shop has rows, but in other cells than those that were asked for. */
  readonly strayDays: ReadonlySet<string>;
}

/**
 * Counts the cells that the output has, and each status as a whole: when these do not add up, the shop has rows where the
 * output has none, and their days are looked for.
 */
export async function countCells(
  shop: ShopRows,
  cells: ReadonlySet<Cell>,
  covered: readonly TimeRange[],
  statuses: readonly string[] | undefined,
): Promise<CountedCells> {
  const asked = [...cells].sort();
  const slicesOf = (cell: Cell): readonly Slice[] => {
    const { day, status } = partsOf(cell);
    return intersect(covered, rangeOfDay(day)).map((range) => ({ range, status: status || undefined }));
  };
  const kinds = statuses ?? [undefined];
  const slices = [
    ...asked.flatMap((cell) => slicesOf(cell).map((slice) => ({ name: cell, slice }))),
    ...kinds.flatMap((status) =>
      covered.map((range) => ({ name: wholeOf(status), slice: { range, status } })),
    ),
  ];
  const found = await shop.count(slices.map(({ slice }) => slice));
  const sums = new Map<string, number>();
  for (const [index, { name }] of slices.entries())
    sums.set(name, (sums.get(name) ?? 0) + (found[index] ?? 0));
  const counts = new Map(asked.map((cell) => [cell, sums.get(cell) ?? 0]));

  const gaps = kinds.flatMap((status) => {
    const own = asked.filter((cell) => partsOf(cell).status === (status ?? ''));
    const counted = own.reduce((sum, cell) => sum + (counts.get(cell) ?? 0), 0);
    if (sums.get(wholeOf(status)) === counted) return [];
    const days = own.map((cell) => rangeOfDay(partsOf(cell).day));
    return subtract(covered, days).map((range): Slice => ({ range, status }));
  });
  const inGaps = await shop.count(gaps);
  const strays = await shop.list(gaps.filter((_, index) => (inGaps[index] ?? 0) > 0));
  return { counts, strayDays: new Set([...strays.values()].map(({ time }) => dayOf(time))) };
}

function wholeOf(status: string | undefined): string {
  return `all ${status ?? ''}`;
}

/**
 * The ranges that hold these days. Days with few rows between them are listed as one, since a request brings a page of rows
 * whether they are wanted or not.
 */
export function rangesOfDays(
  days: ReadonlySet<string>,
  rowsOfDay: ReadonlyMap<string, number>,
  pageSize: number,
): readonly TimeRange[] {
  const ranges: { from: string; to: string }[] = [];
  const wanted = [...days].sort();
  const known = [...new Set([...rowsOfDay.keys(), ...wanted])].sort();
  let between = 0;
  for (const day of known) {
    if (!days.has(day)) {
      between += rowsOfDay.get(day) ?? 0;
      continue;
    }
    const last = ranges.at(-1);
    if (last !== undefined && between < pageSize) last.to = day;
    else ranges.push({ from: day, to: day });
    between = 0;
  }
  return ranges.map(({ from, to }) => ({ from: rangeOfDay(from).from, to: rangeOfDay(to).to }));
}
