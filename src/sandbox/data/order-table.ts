import { type Dice, salted } from '../dice.ts';
import { orderCalendar } from './order-calendar.ts';
import { SortedRows } from './sorted-rows.ts';
import type { SortColumn, Table } from './table.ts';
import type { Store, Tenant } from './tenant.ts';

export const orderStatuses = Object.freeze([
  'PENDING',
  'CONFIRMED',
  'PROCESSING',
  'SHIPPED',
  'ARCHIVED',
  'CANCELLED',
] as const);

export type OrderStatus = (typeof orderStatuses)[number];

/** What a change wrote over an order as it was generated. */
export type OrderOverlay = Readonly<Record<string, unknown>>;

const salts = Object.freeze({
  gap: salted('order.gap'),
  status: salted('order.status'),
  wholesale: salted('order.wholesale'),
  store: salted('order.store'),
  id: salted('order.id'),
  gift: salted('order.gift'),
});

/**
 * The orders of the shop: a row a slot. Only what lists filter and sort by is held, in typed arrays; the rest of an
 * order is drawn when somebody asks for it, so that a million orders fit.
 */
export class OrderTable implements Table {
  readonly unique = 'number';
  readonly columns: Readonly<Record<string, SortColumn>>;
  readonly byUpdatedAt: SortedRows;
  readonly overlays = new Map<number, OrderOverlay>();
  readonly #dice: Dice;
  readonly #tenant: Tenant;
  readonly #initial: number;
  readonly #byNumber: SortedRows;
  #count: number;
  #version = 0;
  #number: Int32Array;
  #orderDate: Uint32Array;
  #updatedAt: Uint32Array;
  #status: Uint8Array;
  #store: Uint8Array;
  #isGone: Uint8Array;

  constructor(dice: Dice, tenant: Tenant, count: number, now: number) {
    this.#dice = dice;
    this.#tenant = tenant;
    this.#count = count;
    this.#initial = count;
    const calendar = orderCalendar(dice, count, now);
    this.#orderDate = calendar.orderDate;
    this.#updatedAt = calendar.updatedAt;
    this.#number = new Int32Array(count);
    this.#status = new Uint8Array(count);
    this.#store = new Uint8Array(count);
    this.#isGone = new Uint8Array(count);
    for (let slot = 0; slot < count; slot++) this.#fill(slot, now);
    const kept = (key: (slot: number) => number) =>
      new SortedRows(
        () => this.#count,
        key,
        (slot) => this.isListed(slot),
      );
    this.#byNumber = kept((slot) => this.number(slot));
    this.byUpdatedAt = kept((slot) => this.updatedAt(slot));
    const byOrderDate = kept((slot) => this.orderDate(slot));
    const orderDate = { key: (slot: number) => this.orderDate(slot), sorted: byOrderDate };
    const idPrefix = (slot: number) => this.#idWord(slot, 0);
    this.columns = Object.freeze({
      number: { key: (slot: number) => this.number(slot), sorted: this.#byNumber },
      orderDate,
      createdAt: orderDate,
      updatedAt: { key: (slot: number) => this.updatedAt(slot), sorted: this.byUpdatedAt },
      id: {
        key: idPrefix,
        sorted: kept(idPrefix),
        text: (slot: number) => this.id(slot),
        keyOfText: (text: string) => Number.parseInt(text.slice(0, 8), 16),
      },
    });
  }

  version(): number {
    return this.#version;
  }

  rows(): Int32Array {
    return this.#byNumber.rows();
  }

  /** The orders that the shop began with. */
  get initialCount(): number {
    return this.#initial;
  }

  /** Slots ever used, those of deleted orders among them. */
  get slots(): number {
    return this.#count;
  }

  isListed(slot: number): boolean {
    return this.#isGone[slot] === 0;
  }

  number(slot: number): number {
    return this.#number[slot] as number;
  }

  orderDate(slot: number): number {
    return this.#orderDate[slot] as number;
  }

  updatedAt(slot: number): number {
    return this.#updatedAt[slot] as number;
  }

  status(slot: number): OrderStatus {
    return orderStatuses[this.#status[slot] as number] as OrderStatus;
  }

  store(slot: number): Store {
    return this.#tenant.stores[this.#store[slot] as number] as Store;
  }

  isWholesale(slot: number): boolean {
    return this.store(slot).type === 'WHOLESALE';
  }

  /** A gift certificate is sold alone, and its order is finished at once. */
  isGift(slot: number): boolean {
    return !this.isWholesale(slot) && this.#dice.fraction(salts.gift, slot) < 0.015;
  }

  /** Four words as hex; the last hides the slot, so that an id is found again without a table of ids. */
  id(slot: number): string {
    const words = [0, 1, 2].map((word) => this.#idWord(slot, word));
    return [...words, this.#mask(words) ^ slot]
      .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  slotOfId(id: string): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = [0, 8, 16, 24].map((at) =>
      Number.parseInt(id.slice(at, at + 8), 16),
    );
    const slot = (this.#mask([a, b, c]) ^ d) >>> 0;
    return slot < this.#count && this.id(slot) === id ? slot : undefined;
  }

  /** Also finds a deleted order. */
  rowOf(number: number): number | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.number(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.number(low) === number ? low : undefined;
  }

  create(at: number): number {
    const slot = this.#count;
    if (slot === this.#number.length) this.#grow();
    this.#count += 1;
    this.#fill(slot, at);
    this.#orderDate[slot] = at;
    this.#updatedAt[slot] = at;
    this.#status[slot] = orderStatuses.indexOf(this.isGift(slot) ? 'SHIPPED' : 'PENDING');
    this.#changed(slot);
    return slot;
  }

  update(slot: number, at: number, changes: { status?: OrderStatus; overlay?: OrderOverlay }): void {
    this.#updatedAt[slot] = at;
    if (changes.status !== undefined) this.#status[slot] = orderStatuses.indexOf(changes.status);
    if (changes.overlay !== undefined)
      this.overlays.set(slot, { ...this.overlays.get(slot), ...changes.overlay });
    this.#changed(slot);
  }

  delete(slot: number): void {
    this.#isGone[slot] = 1;
    this.#changed(slot);
  }

  #changed(slot: number): void {
    this.#version += 1;
    for (const column of Object.values(this.columns)) column.sorted?.touch(slot);
  }

  #fill(slot: number, now: number): void {
    const dice = this.#dice;
    const gap = dice.below(12, salts.gap, slot) === 0 ? 1 + dice.below(6, salts.gap, slot, 1) : 0;
    this.#number[slot] = (slot === 0 ? 1000 : this.number(slot - 1)) + 1 + gap;
    const isWholesale = dice.fraction(salts.wholesale, slot) < 0.15;
    const stores = this.#tenant.stores.filter((store) => (store.type === 'WHOLESALE') === isWholesale);
    this.#store[slot] = this.#tenant.stores.indexOf(dice.pick(stores, salts.store, slot));
    this.#status[slot] = orderStatuses.indexOf(
      statusAtAge(now - this.orderDate(slot), dice.fraction(salts.status, slot), this.isGift(slot)),
    );
  }

  #idWord(slot: number, word: number): number {
    return this.#dice.hash(salts.id, slot, word);
  }

  #mask(words: readonly number[]): number {
    return this.#dice.hash(salts.id, (words[0] ?? 0) ^ (words[1] ?? 0), words[2] ?? 0);
  }

  #grow(): void {
    const length = Math.max(64, this.#number.length * 2);
    const into = <T extends Int32Array | Uint32Array | Uint8Array>(bigger: T, present: T): T => {
      bigger.set(present);
      return bigger;
    };
    this.#number = into(new Int32Array(length), this.#number);
    this.#orderDate = into(new Uint32Array(length), this.#orderDate);
    this.#updatedAt = into(new Uint32Array(length), this.#updatedAt);
    this.#status = into(new Uint8Array(length), this.#status);
    this.#store = into(new Uint8Array(length), this.#store);
    this.#isGone = into(new Uint8Array(length), this.#isGone);
  }
}

function statusAtAge(age: number, draw: number, isGift: boolean): OrderStatus {
  const days = age / 86_400;
  if (isGift) return days > 300 ? 'ARCHIVED' : 'SHIPPED';
  if (draw < 0.05) return 'CANCELLED';
  if (draw < 0.064) return 'PENDING';
  if (days < 3) return draw < 0.5 ? 'PENDING' : 'CONFIRMED';
  if (days < 10) return draw < 0.4 ? 'CONFIRMED' : 'PROCESSING';
  if (days > 300) return draw < 0.8 ? 'ARCHIVED' : 'SHIPPED';
  return draw < 0.1 ? 'PROCESSING' : 'SHIPPED';
}
