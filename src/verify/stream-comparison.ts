import type { GoodRow } from '../catalog/compile/compiled.ts';
import { isObject } from '../json.ts';
import { storable } from '../protocol/lossless.ts';
import { type Cell, cellOf } from './count-cells.ts';
import type { Coverage } from './coverage.ts';
import { HIDDEN, newestOf, type StreamFold } from './fold.ts';
import type { Member } from './group.ts';
import { IdList } from './id-list.ts';
import { factsOf, type RowData, type RowFacts } from './row-view.ts';
import type { ShopObject, ShopRow } from './shop-rows.ts';
import { contains, type TimeRange } from './time-range.ts';

/** Sums of the amount columns over the same objects, on both sides. */
export interface AmountSums {
  readonly shop: number[];
  readonly output: number[];
}

/** Compares one stream, step by step as the shop tells more. What the state still owes is no difference. */
export class StreamComparison {
  readonly fold: StreamFold;
  readonly coverage: Coverage;
  readonly missing: IdList;
  readonly surplus: IdList;
  readonly differing: IdList;
  /** What the shop has now of the rows that are named as differing, by their keys. */
  readonly expected = new Map<string, RowData>();
  readonly sums = new Map<Cell, AmountSums>();
  readonly since = { changed: 0, added: 0, gone: 0 };
  readAgain = 0;
  /** Rows that `on_error: quarantine` holds back. */
  heldBack = 0;
  /** Objects with a nested list that the API cuts. */
  cut = 0;
  /** Objects that the state still owes, so that nothing is said about them. */
  readonly #excused = new Set<string>();
  /** Objects that the shop counts and that the output need not have. */
  readonly #notExpected = new Map<Cell, number>();
  readonly #settled = new Set<string>();
  readonly #missingCandidates = new Map<string, ShopRow>();
  readonly #staleCandidates = new Set<string>();

  constructor({ fold, coverage }: Member, named: number) {
    this.fold = fold;
    this.coverage = coverage;
    this.missing = new IdList(named);
    this.surplus = new IdList(named);
    this.differing = new IdList(named);
  }

  /** The ids of the output's objects that are to be compared, with the newest row of each. */
  *compared(): Generator<readonly [string, RowFacts]> {
    for (const [id, rows] of this.fold.roots) {
      const newest = newestOf(rows);
      if (newest !== undefined && this.#isCovered(newest) && !this.#excused.has(id)) yield [id, newest];
    }
  }

  /** Takes objects whose time of change lies where the state owes them. */
  excuseChanged(rows: Iterable<string>): void {
    for (const id of rows) {
      if (!this.fold.roots.has(id)) this.since.added += 1;
      else if (this.#isCompared(id)) this.#excuse(id, undefined);
    }
  }

  /** The open objects of the output, which may change without a date. */
  get openIds(): readonly string[] {
    return [...this.coverage.open].filter((id) => this.#isCompared(id));
  }

  /** Takes what the shop has now of the open objects. */
  excuseOpen(found: ReadonlyMap<string, ShopRow>, hasStatus: boolean): void {
    for (const id of this.openIds) {
      const row = found.get(id);
      const newest = newestOf(this.fold.roots.get(id) ?? []);
      if (row === undefined) {
        this.#excused.add(id);
        this.since.gone += 1;
      } else if (hasStatus && row.status !== newest?.status) this.#excuse(id, row);
    }
  }

  outputCells(hasStatus: boolean): Map<Cell, number> {
    const cells = new Map<Cell, number>();
    for (const [, { time, status }] of this.compared()) {
      add(cells, cellOf({ time, status: hasStatus ? status : '' }), 1);
    }
    return cells;
  }

  /** How many of a number that the shop counted must be in the output. */
  expectedOf(cell: Cell, counted: number): number {
    return counted - (this.#notExpected.get(cell) ?? 0);
  }

  /** The cells in which the shop has objects that the output need not have. */
  get adjustedCells(): readonly Cell[] {
    return [...this.#notExpected.keys()];
  }

  /** Compares ids with all that the shop has in these times; returns those that the shop must be asked about. */
  compareIds(
    listed: ReadonlyMap<string, ShopRow>,
    ranges: readonly TimeRange[],
    hasStatus: boolean,
  ): readonly string[] {
    for (const [id, row] of listed) {
      if (this.#excused.has(id)) continue;
      const rows = this.fold.roots.get(id);
      const newest = newestOf(rows ?? []);
      if (newest === undefined) this.#missingCandidates.set(id, row);
      else if (this.#isCovered(newest) && !isSameCell(newest, row, hasStatus)) this.#staleCandidates.add(id);
    }
    return [...this.compared()].flatMap(([id, { time }]) =>
      contains(ranges, time) && !listed.has(id) ? [id] : [],
    );
  }

  /** Takes what the shop has of the ids that it did not have where the output has them. */
  settle(asked: readonly string[], found: ReadonlyMap<string, ShopRow>): void {
    for (const id of asked) {
      const row = found.get(id);
      if (row === undefined) this.takeGone(id);
      else if (!this.#isCovered(row)) this.#excuse(id, undefined);
      else this.#staleCandidates.add(id);
    }
  }

  /** The objects that must be read again to know whether they differ. */
  get candidates(): readonly string[] {
    return [...this.#missingCandidates.keys(), ...this.#staleCandidates];
  }

  /** Takes an object that the shop does not have any more. */
  takeGone(id: string): void {
    this.#missingCandidates.delete(id);
    if (this.#settled.has(id) || !this.#isCompared(id)) return;
    this.#settled.add(id);
    if (this.coverage.open.has(id)) {
      this.#excused.add(id);
      this.since.gone += 1;
      return;
    }
    for (const { key } of this.fold.roots.get(id) ?? []) this.surplus.add(this.#shown(key));
  }

  /** Compares an object that was read again, through the same mapping. */
  takeObject(shopObject: ShopObject): void {
    const { id, object } = shopObject;
    if (this.#settled.has(id) || this.#excused.has(id)) return;
    this.#settled.add(id);
    const output = this.fold.roots.get(id);
    if (!this.#isCovered(shopObject)) {
      if (this.#isCompared(id)) this.#excuse(id, undefined);
      return;
    }
    const newest = newestOf(output ?? []);
    if (newest !== undefined && !this.#isCovered(newest)) return;
    const { view } = this.fold;
    if (view.stream.pagedLists.some(({ path, limit }) => isFull(object, path, limit))) {
      this.cut += 1;
      return;
    }
    const rows = view.stream.rows(object, { snapshotAt: '' });
    const good = rows.filter((row): row is GoodRow => 'data' in row);
    this.readAgain += 1;
    this.heldBack += rows.length - good.length;
    if (good.length === 0 && output === undefined) {
      add(this.#notExpected, cellOf(shopObject), 1);
      return;
    }
    this.#compareRows(shopObject, good, output ?? []);
  }

  /** What was not read again, because there is too much of it, is told by the ids alone. */
  finish(): void {
    for (const id of this.#missingCandidates.keys()) if (!this.#settled.has(id)) this.missing.add(id);
    for (const id of this.#staleCandidates) if (!this.#settled.has(id)) this.differing.add(id);
  }

  #compareRows(shopObject: ShopObject, good: readonly GoodRow[], output: readonly RowFacts[]): void {
    const { view } = this.fold;
    const shop = good.map(({ data: mapped }) => {
      const data = storable(mapped);
      return { data, facts: factsOf(view, data) };
    });
    const inShop = new Set(shop.map(({ facts }) => facts.key));
    const inOutput = new Map(output.map((row) => [row.key, row]));
    const missing = shop.filter(({ facts }) => !inOutput.has(facts.key));
    const surplus = output.filter(({ key }) => !inShop.has(key));
    const differing = shop.filter(({ facts }) => {
      const row = inOutput.get(facts.key);
      return row !== undefined && row.print !== facts.print;
    });
    const isDifferent = missing.length + surplus.length + differing.length > 0;
    if (isDifferent && output.length > 0 && this.coverage.open.has(shopObject.id)) {
      this.#excuse(shopObject.id, shopObject);
      return;
    }
    for (const { facts } of missing) this.missing.add(this.#shown(facts.key));
    for (const { key } of surplus) this.surplus.add(this.#shown(key));
    for (const { facts, data } of differing) {
      if (this.differing.add(this.#shown(facts.key))) this.expected.set(facts.key, data);
    }
    const sums = this.#sumsOf(cellOf(shopObject));
    for (const { facts } of shop) addAll(sums.shop, facts.amounts);
    for (const { amounts } of output) addAll(sums.output, amounts);
  }

  #sumsOf(cell: Cell): AmountSums {
    const zeros = () => this.fold.view.amountColumns.map(() => 0);
    const sums = this.sums.get(cell) ?? { shop: zeros(), output: zeros() };
    this.sums.set(cell, sums);
    return sums;
  }

  #isCovered({ time }: { readonly time: string }): boolean {
    return time !== '' && contains(this.coverage.covered, time);
  }

  #isCompared(id: string): boolean {
    const newest = newestOf(this.fold.roots.get(id) ?? []);
    return newest !== undefined && this.#isCovered(newest) && !this.#excused.has(id);
  }

  /** `counted`: what the shop has now, where that is among what it counts for the covered times. */
  #excuse(id: string, counted: ShopRow | undefined): void {
    this.#excused.add(id);
    this.since.changed += 1;
    if (counted !== undefined) add(this.#notExpected, cellOf(counted), 1);
  }

  #shown(key: string): string {
    return this.fold.view.isKeyShowable ? key : HIDDEN;
  }
}

function isSameCell(a: ShopRow, b: ShopRow, hasStatus: boolean): boolean {
  return a.time.slice(0, 10) === b.time.slice(0, 10) && (!hasStatus || a.status === b.status);
}

function add(cells: Map<Cell, number>, cell: Cell, by: number): void {
  cells.set(cell, (cells.get(cell) ?? 0) + by);
}

function addAll(sums: number[], amounts: readonly number[]): void {
  for (const [index, amount] of amounts.entries()) sums[index] = (sums[index] ?? 0) + amount;
}

/** Whether a nested list came back with as many elements as were asked for. */
function isFull(value: unknown, path: readonly string[], limit: number): boolean {
  const [name, ...rest] = path;
  if (Array.isArray(value)) {
    return name === undefined ? value.length >= limit : value.some((item) => isFull(item, path, limit));
  }
  return name !== undefined && isObject(value) && isFull(value[name], rest, limit);
}
