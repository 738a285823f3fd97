import { type Dice, salted } from '../dice.ts';
import type { OrderTable } from './order-table.ts';
import { SortedRows } from './sorted-rows.ts';
import type { SortColumn, Table } from './table.ts';

export type ReturnStatus = 'PENDING' | 'COMPLETED';

const salts = Object.freeze({
  has: salted('return.has'),
  delay: salted('return.delay'),
  batch: salted('return.batch'),
  status: salted('return.status'),
  gap: salted('return.gap'),
  backDated: salted('return.backDated'),
});

const day = 86_400;

interface ReturnRow {
  readonly id: number;
  readonly order: number;
  readonly createdAt: number;
  status: ReturnStatus;
  isGone: boolean;
}

/** The returns of the shop. A return has no date of change: what moves its status leaves no trace in it. */
export class ReturnTable implements Table {
  readonly unique = 'id';
  readonly columns: Readonly<Record<string, SortColumn>>;
  readonly #dice: Dice;
  readonly #rows: ReturnRow[] = [];
  readonly #byId: SortedRows;
  readonly #ofOrder = new Map<number, number[]>();
  #version = 0;

  constructor(dice: Dice, orders: OrderTable, now: number) {
    this.#dice = dice;
    const kept = (key: (row: number) => number) =>
      new SortedRows(
        () => this.#rows.length,
        key,
        (row) => !this.#row(row).isGone,
      );
    this.#byId = kept((row) => this.id(row));
    this.columns = Object.freeze({
      id: { key: (row: number) => this.id(row), sorted: this.#byId },
      createdAt: { key: (row: number) => this.createdAt(row), sorted: kept((row) => this.createdAt(row)) },
    });
    for (const { order, createdAt } of initialReturns(dice, orders, now)) {
      const isOld = now - createdAt > 45 * day;
      const isOpen = dice.fraction(salts.status, order) < (isOld ? 0.06 : 0.5);
      this.#add(order, createdAt, isOpen ? 'PENDING' : 'COMPLETED');
    }
  }

  version(): number {
    return this.#version;
  }

  rows(): Int32Array {
    return this.#byId.rows();
  }

  rowOf(id: number): number | undefined {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.id(middle) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#rows.length && this.id(low) === id ? low : undefined;
  }

  id(row: number): number {
    return this.#row(row).id;
  }

  /** The slot of the order that it returns something of. */
  order(row: number): number {
    return this.#row(row).order;
  }

  createdAt(row: number): number {
    return this.#row(row).createdAt;
  }

  status(row: number): ReturnStatus {
    return this.#row(row).status;
  }

  isListed(row: number): boolean {
    return !this.#row(row).isGone;
  }

  /** The rows of an order's returns, deleted ones among them. */
  ofOrder(slot: number): readonly number[] {
    return this.#ofOrder.get(slot) ?? [];
  }

  create(order: number, at: number): number {
    return this.#add(order, at, 'PENDING');
  }

  setStatus(row: number, status: ReturnStatus): void {
    this.#row(row).status = status;
    this.#changed(row);
  }

  delete(row: number): void {
    this.#row(row).isGone = true;
    this.#changed(row);
  }

  #add(order: number, createdAt: number, status: ReturnStatus): number {
    const row = this.#rows.length;
    const id = (this.#rows.at(-1)?.id ?? 500) + 1 + (this.#dice.below(9, salts.gap, row) === 0 ? 2 : 0);
    this.#rows.push({ id, order, createdAt, status, isGone: false });
    const siblings = this.#ofOrder.get(order);
    if (siblings === undefined) this.#ofOrder.set(order, [row]);
    else siblings.push(row);
    this.#changed(row);
    return row;
  }

  #changed(row: number): void {
    this.#version += 1;
    for (const column of Object.values(this.columns)) column.sorted?.touch(row);
  }

  #row(row: number): ReturnRow {
    return this.#rows[row] as ReturnRow;
  }
}

/** One order in seven comes back in part; a third of those were registered by a nightly job, in one second a night. */
function initialReturns(
  dice: Dice,
  orders: OrderTable,
  now: number,
): readonly { readonly order: number; readonly createdAt: number }[] {
  const returns: { order: number; createdAt: number }[] = [];
  for (let slot = 0; slot < orders.slots; slot++) {
    const status = orders.status(slot);
    if (status === 'CANCELLED' || orders.isGift(slot)) continue;
    if (dice.fraction(salts.has, slot) >= 0.14) continue;
    const after =
      orders.orderDate(slot) + 3600 + Math.floor(dice.fraction(salts.delay, slot) ** 2 * 40 * day);
    const isBatch = dice.fraction(salts.batch, slot) < 0.35;
    const createdAt = isBatch ? after - (after % (30 * day)) + 30 * day + 2 * 3600 : after;
    returns.push({ order: slot, createdAt: Math.min(createdAt, now - 600) });
  }
  returns.sort((a, b) => a.createdAt - b.createdAt || a.order - b.order);
  // Whoever registers a return can date it back: its id is new, and its date is not.
  return returns.map(({ order, createdAt }) => {
    if (dice.fraction(salts.backDated, order) >= 0.05) return { order, createdAt };
    const earlier = createdAt - dice.below(30 * day, salts.backDated, order, 1);
    return { order, createdAt: Math.max(orders.orderDate(order), earlier) };
  });
}
