import { PAGE_SIZE } from '../shop/objects.ts';
import { type Cell, cellOf, countCells, partsOf, rangesOfDays } from './count-cells.ts';
import type { VerifyGroup } from './group.ts';
import { reportOf, type StreamReport } from './report.ts';
import { type ShopRow, type ShopRows, shopRows } from './shop-rows.ts';
import { StreamComparison } from './stream-comparison.ts';
import { contains, intersect, rangeOfDay, type TimeRange } from './time-range.ts';

export interface VerifyOptions {
  readonly signal: AbortSignal;
  /** How many rows of each root are read again, chosen by chance. */
  readonly sample: number;
  /** How many ids of each kind are named. */
  readonly named: number;
  readonly random: () => number;
}

/** More differing rows than this are told by their ids alone, so that a wrong file does not read the whole shop. */
const MOST_READ_AGAIN = 2_000;

export interface VerifiedGroup {
  readonly reports: readonly StreamReport[];
  readonly comparisons: readonly StreamComparison[];
}

/** Compares the streams of one group with the shop. */
export async function verifyGroup(group: VerifyGroup, options: VerifyOptions): Promise<VerifiedGroup> {
  const comparisons = group.members.map((member) => new StreamComparison(member, options.named));
  const run: GroupRun = { group, options, comparisons, shop: shopRows(group, options.signal) };
  const { covered } = group.coverage;
  const everything = run.shop.hasCounter
    ? undefined
    : await run.shop.list([{ range: { from: covered[0]?.from }, status: undefined }]);
  await excuseWhatIsOwed(run, everything);
  const { counts, listed } = everything ? countListed(everything, covered, group) : await countAndList(run);
  await compareListed(run, listed);
  await readAgain(run, listed.ranges);
  const hasStatus = group.status !== undefined;
  return { comparisons, reports: comparisons.map((comparison) => reportOf(comparison, counts, hasStatus)) };
}

interface GroupRun {
  readonly group: VerifyGroup;
  readonly options: VerifyOptions;
  readonly comparisons: readonly StreamComparison[];
  readonly shop: ShopRows;
}

/** Times of which all the shop's objects are known by their ids. */
interface Listed {
  readonly ranges: readonly TimeRange[];
  readonly rows: ReadonlyMap<string, ShopRow>;
}

interface Counted {
  readonly counts: ReadonlyMap<Cell, number>;
  readonly listed: Listed;
}

type Rows = ReadonlyMap<string, ShopRow>;

async function excuseWhatIsOwed(run: GroupRun, everything: Rows | undefined): Promise<void> {
  const { group, comparisons, shop } = run;
  const { owed, covered } = group.coverage;
  const slices = owed.map((range) => ({ range, status: undefined }));
  if (group.root.definition.change.kind === 'updated' || everything !== undefined) {
    const rows = everything ?? (await shop.list(slices));
    const changed = [...rows].flatMap(([id, { time }]) => (contains(covered, time) ? [] : [id]));
    for (const comparison of comparisons) comparison.excuseChanged(changed);
  } else {
    const added = (await shop.count(slices)).reduce((sum, count) => sum + count, 0);
    for (const comparison of comparisons) comparison.since.added += added;
  }
  const openIds = [...new Set(comparisons.flatMap((comparison) => comparison.openIds))];
  const found = everything ?? (await shop.find(openIds));
  for (const comparison of comparisons) comparison.excuseOpen(found, group.status !== undefined);
}

function countListed(rows: Rows, ranges: readonly TimeRange[], { status }: VerifyGroup): Counted {
  const within = new Map([...rows].filter(([, { time }]) => contains(ranges, time)));
  return { counts: countByCell(within, status !== undefined), listed: { ranges, rows: within } };
}

function countByCell(rows: Rows, hasStatus: boolean): Map<Cell, number> {
  const counts = new Map<Cell, number>();
  for (const { time, status } of rows.values()) {
    const cell = cellOf({ time, status: hasStatus ? status : '' });
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** Counts days and statuses, and lists the ids of the days that differ. */
async function countAndList({ group, comparisons, shop }: GroupRun): Promise<Counted> {
  const { covered } = group.coverage;
  const hasStatus = group.status !== undefined;
  const outputs = comparisons.map((comparison) => comparison.outputCells(hasStatus));
  const cells = new Set(
    comparisons.flatMap((comparison, index) => [
      ...(outputs[index]?.keys() ?? []),
      ...comparison.adjustedCells,
    ]),
  );
  const { counts, strayDays } = await countCells(shop, cells, covered, group.status?.values);
  const days = new Set(strayDays);
  const rowsOfDay = new Map<string, number>();
  for (const [cell, counted] of counts) {
    const { day } = partsOf(cell);
    rowsOfDay.set(day, (rowsOfDay.get(day) ?? 0) + counted);
    const isEqual = comparisons.every(
      (comparison, index) => comparison.expectedOf(cell, counted) === (outputs[index]?.get(cell) ?? 0),
    );
    if (!isEqual) days.add(day);
  }
  const ranges = rangesOfDays(days, rowsOfDay, PAGE_SIZE).flatMap((range) => intersect(covered, range));
  const rows = await shop.list(ranges.map((range) => ({ range, status: undefined })));
  // What was listed is newer than what was counted, and says which.
  const isListed = (cell: Cell) => intersect(ranges, rangeOfDay(partsOf(cell).day)).length > 0;
  const counted = new Map([...counts].filter(([cell]) => !isListed(cell)));
  for (const [cell, count] of countByCell(rows, hasStatus)) counted.set(cell, count);
  return { counts: counted, listed: { ranges, rows } };
}

async function compareListed({ group, comparisons, shop }: GroupRun, listed: Listed): Promise<void> {
  const hasStatus = group.status !== undefined;
  const asked = comparisons.map((comparison) => comparison.compareIds(listed.rows, listed.ranges, hasStatus));
  const found = await shop.find([...new Set(asked.flat())]);
  for (const [index, comparison] of comparisons.entries()) comparison.settle(asked[index] ?? [], found);
}

/** Reads again what differs, some rows of the days that differ, and some rows of all. */
async function readAgain(
  { comparisons, shop, options }: GroupRun,
  differing: readonly TimeRange[],
): Promise<void> {
  const candidates = [...new Set(comparisons.flatMap((comparison) => comparison.candidates))];
  const largest = comparisons.reduce((most, other) =>
    other.fold.roots.size > most.fold.roots.size ? other : most,
  );
  const { sample, random } = options;
  const ofAll = sampleOf(idsWithin(largest, undefined), sample, random);
  const ofDiffering = sampleOf(idsWithin(largest, differing), sample, random);
  const ids = [...new Set([...candidates.slice(0, MOST_READ_AGAIN), ...ofDiffering, ...ofAll])];
  const seen = new Set<string>();
  for await (const page of shop.read(ids)) {
    for (const object of page) {
      seen.add(object.id);
      for (const comparison of comparisons) comparison.takeObject(object);
    }
  }
  for (const comparison of comparisons) {
    for (const id of ids) if (!seen.has(id)) comparison.takeGone(id);
    comparison.finish();
  }
}

function* idsWithin(
  comparison: StreamComparison,
  ranges: readonly TimeRange[] | undefined,
): Generator<string> {
  for (const [id, { time }] of comparison.compared()) {
    if (ranges === undefined || contains(ranges, time)) yield id;
  }
}

/** So many of them, each with the same chance. */
function sampleOf(ids: Iterable<string>, size: number, random: () => number): readonly string[] {
  const sample: string[] = [];
  let seen = 0;
  for (const id of ids) {
    seen += 1;
    if (sample.length < size) sample.push(id);
    else {
      const place = Math.floor(random() * seen);
      if (place < size) sample[place] = id;
    }
  }
  return sample;
}
