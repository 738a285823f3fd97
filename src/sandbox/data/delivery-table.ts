import { type Dice, salted } from '../dice.ts';
import { SortedRows } from './sorted-rows.ts';
import type { SortColumn, Table } from './table.ts';
import type { Supplier, Tenant } from './tenant.ts';

/** The states of a delivery; only INSERTED is public, and each client's API calls the others as it likes. */
export type DeliveryStatus = 'announced' | 'sent' | 'acceptedUnbooked' | 'INSERTED';

/** Whether the units of a delivery are still on their way. */
export function isOpen({ status, isGone }: Pick<DeliveryRow, 'status' | 'isGone'>): boolean {
  return !isGone && (status === 'announced' || status === 'sent');
}

const salts = Object.freeze({
  perOrder: salted('delivery.perOrder'),
  supplier: salted('purchaseOrder.supplier'),
  created: salted('purchaseOrder.created'),
  updated: salted('purchaseOrder.updated'),
  status: salted('delivery.status'),
  delay: salted('delivery.delay'),
  gap: salted('delivery.gap'),
  warehouse: salted('delivery.warehouse'),
});

const day = 86_400;

export interface PurchaseOrderRow {
  readonly id: number;
  readonly supplier: Supplier;
  readonly createdAt: number;
  updatedAt: number;
  /** Rows of its deliveries. */
  readonly deliveries: number[];
}

export interface DeliveryRow {
  readonly id: number;
  readonly purchaseOrder: PurchaseOrderRow;
  /** Counts the deliveries of one purchase order from 1. */
  readonly turn: number;
  readonly createdAt: number;
  /** An index into the tenant's warehouses; null where none is chosen yet. */
  readonly warehouse: number | null;
  status: DeliveryStatus;
  /** When it was accepted into the warehouse. */
  insertedAt: number | null;
  /** The row that its lines are drawn from: its own, or that of the delivery whose rest it is. */
  readonly linesOf: number;
  /** How many of its first lines were taken away. */
  droppedLines: number;
  /** Units of each line, by its place before any was dropped; where nothing stands, as many as were drawn. */
  units: ReadonlyMap<number, number>;
  isGone: boolean;
}

/** Deliveries from suppliers, and the purchase orders that they belong to. A delivery has no date of change. */
export class DeliveryTable implements Table {
  readonly unique = 'id';
  readonly columns: Readonly<Record<string, SortColumn>>;
  readonly purchaseOrders: PurchaseOrderRow[] = [];
  readonly #dice: Dice;
  readonly #tenant: Tenant;
  readonly #rows: DeliveryRow[] = [];
  readonly #byId: SortedRows;
  #version = 0;

  constructor(dice: Dice, tenant: Tenant, count: number, now: number) {
    this.#dice = dice;
    this.#tenant = tenant;
    const key = (row: number) => this.row(row).id;
    this.#byId = new SortedRows(
      () => this.#rows.length,
      key,
      (row) => !this.row(row).isGone,
    );
    this.columns = Object.freeze({ id: { key, sorted: this.#byId } });
    while (this.#rows.length < count) this.#addPurchaseOrder(count, now);
  }

  version(): number {
    return this.#version;
  }

  rows(): Int32Array {
    return this.#byId.rows();
  }

  row(row: number): DeliveryRow {
    return this.#rows[row] as DeliveryRow;
  }

  rowOf(id: number): number | undefined {
    const row = this.#rows.findIndex((delivery) => delivery.id === id);
    return row === -1 ? undefined : row;
  }

  create(at: number): number {
    const orders = this.purchaseOrders;
    const order = orders[
      this.#dice.below(orders.length, salts.perOrder, this.#rows.length, 1)
    ] as PurchaseOrderRow;
    order.updatedAt = at;
    return this.#add(order, at, 'announced');
  }

  setStatus(row: number, status: DeliveryStatus, at: number): void {
    const delivery = this.row(row);
    delivery.status = status;
    delivery.insertedAt = status === 'INSERTED' ? at : null;
    delivery.purchaseOrder.updatedAt = at;
    this.#changed(row);
  }

  /** A delivery of the same purchase order for what another one did not bring. */
  createRest(row: number, units: ReadonlyMap<number, number>, at: number): number {
    const { purchaseOrder, linesOf, droppedLines, warehouse } = this.row(row);
    purchaseOrder.updatedAt = at;
    const rest = this.#add(purchaseOrder, at, 'sent', at, { linesOf, droppedLines, units, warehouse });
    return rest;
  }

  /** Writes units over those that were drawn; the delivery's status and dates stay. */
  setUnits(row: number, units: ReadonlyMap<number, number>): void {
    this.row(row).units = units;
    this.#changed(row);
  }

  dropLines(row: number, count: number): void {
    this.row(row).droppedLines += count;
    this.#changed(row);
  }

  delete(row: number): void {
    this.row(row).isGone = true;
    this.#changed(row);
  }

  #addPurchaseOrder(count: number, now: number): void {
    const dice = this.#dice;
    const slot = this.purchaseOrders.length;
    const age = 300 * day * Math.max(0.02, 1 - this.#rows.length / count);
    const createdAt = Math.floor(now - age) - dice.below(10 * day, salts.created, slot);
    const order: PurchaseOrderRow = {
      id: 900 + slot,
      supplier: dice.pick(this.#tenant.suppliers, salts.supplier, slot),
      createdAt,
      updatedAt: Math.min(now, createdAt + dice.below(40 * day, salts.updated, slot)),
      deliveries: [],
    };
    this.purchaseOrders.push(order);
    const deliveries = dice.below(5, salts.perOrder, slot);
    for (let turn = 0; turn < deliveries && this.#rows.length < count; turn++) {
      // The deliveries of an order are often registered together.
      const later = turn % 2 === 0 ? dice.below(20 * day, salts.delay, slot, turn >> 1) : 0;
      const at = Math.min(now - 60, createdAt + later);
      const draw = dice.fraction(salts.status, this.#rows.length);
      const isRecent = now - at < 60 * day;
      this.#add(
        order,
        at,
        draw < (isRecent ? 0.4 : 0.95) ? 'INSERTED' : draw < 0.75 ? 'sent' : 'announced',
        now,
      );
    }
  }

  #add(
    purchaseOrder: PurchaseOrderRow,
    createdAt: number,
    status: DeliveryStatus,
    now = createdAt,
    rest?: Pick<DeliveryRow, 'linesOf' | 'droppedLines' | 'units' | 'warehouse'>,
  ): number {
    const dice = this.#dice;
    const row = this.#rows.length;
    const active = this.#tenant.warehouses.flatMap((warehouse, index) =>
      warehouse.status === 'ACTIVE' && warehouse.coverage > 0 ? [index] : [],
    );
    const isPlaced = status === 'INSERTED' || dice.fraction(salts.warehouse, row, 1) > 0.1;
    this.#rows.push({
      id: (this.#rows.at(-1)?.id ?? 2000) + 1 + dice.below(3, salts.gap, row),
      purchaseOrder,
      turn: purchaseOrder.deliveries.length + 1,
      createdAt,
      warehouse: isPlaced ? dice.pick(active, salts.warehouse, row) : null,
      status,
      insertedAt:
        status === 'INSERTED' ? Math.min(now, createdAt + dice.below(15 * day, salts.delay, row, 99)) : null,
      isGone: false,
      linesOf: row,
      droppedLines: 0,
      units: new Map(),
      ...rest,
    });
    purchaseOrder.deliveries.push(row);
    this.#changed(row);
    return row;
  }

  #changed(row: number): void {
    this.#version += 1;
    this.#byId.touch(row);
  }
}
