import { type Dice, salted } from '../dice.ts';
import type { Assortment, ProductSize } from './products.ts';
import type { Tenant, WarehousePlan } from './tenant.ts';

const salts = Object.freeze({
  kept: salted('stock.kept'),
  physical: salted('stock.physical'),
});

/** One product size in one warehouse. */
export interface StockRow {
  readonly warehouse: WarehousePlan;
  readonly productSize: ProductSize;
}

/** What is in the warehouses now. It has no history and no dates: only a snapshot can be read. */
export class Stock {
  readonly #dice: Dice;
  readonly #tenant: Tenant;
  readonly #assortment: Assortment;
  readonly #physical = new Map<string, number>();
  readonly #presence = new Map<string, boolean>();
  readonly #rows = new Map<number, readonly StockRow[]>();

  constructor(dice: Dice, tenant: Tenant, assortment: Assortment) {
    this.#dice = dice;
    this.#tenant = tenant;
    this.#assortment = assortment;
  }

  warehouse(id: number): WarehousePlan | undefined {
    return this.#tenant.warehouses.find((warehouse) => warehouse.id === id);
  }

  /** The rows of a warehouse, sorted as Centra sorts them by default. */
  rowsOf(warehouse: WarehousePlan): readonly StockRow[] {
    let rows = this.#rows.get(warehouse.id);
    if (rows === undefined) {
      rows = this.#assortment.variants.flatMap((variant) =>
        variant.productSizes
          .filter((productSize) => this.isKept(warehouse, productSize))
          .map((productSize) => ({ warehouse, productSize })),
      );
      this.#rows.set(warehouse.id, rows);
    }
    return rows;
  }

  rowsOfSize(productSize: ProductSize): readonly StockRow[] {
    return this.#tenant.warehouses
      .filter((warehouse) => this.isKept(warehouse, productSize))
      .map((warehouse) => ({ warehouse, productSize }));
  }

  isKept(warehouse: WarehousePlan, productSize: ProductSize): boolean {
    const written = this.#presence.get(keyOf(warehouse, productSize));
    return written ?? this.isKeptAtFirst(warehouse, productSize);
  }

  /** Whether the warehouse kept the size when the shop opened. */
  isKeptAtFirst(warehouse: WarehousePlan, productSize: ProductSize): boolean {
    return this.#dice.fraction(salts.kept, warehouse.id, productSize.id) < warehouse.coverage;
  }

  count(): number {
    return this.#tenant.warehouses.reduce((sum, warehouse) => sum + this.rowsOf(warehouse).length, 0);
  }

  /** What lies in the warehouse. */
  physical(warehouse: WarehousePlan, productSize: ProductSize): number {
    const draw = this.#dice.fraction(salts.physical, warehouse.id, productSize.id);
    const generated = draw < 0.15 ? 0 : Math.floor(draw ** 3 * 900);
    return this.#physical.get(keyOf(warehouse, productSize)) ?? generated;
  }

  /** Sets the physical quantity; a row that was not there appears. */
  set(warehouse: WarehousePlan, productSize: ProductSize, physicalQuantity: number): void {
    this.#physical.set(keyOf(warehouse, productSize), physicalQuantity);
    this.#show(warehouse, productSize, true);
  }

  remove(warehouse: WarehousePlan, productSize: ProductSize): void {
    this.#show(warehouse, productSize, false);
  }

  #show(warehouse: WarehousePlan, productSize: ProductSize, isKept: boolean): void {
    if (this.isKept(warehouse, productSize) !== isKept) this.#rows.delete(warehouse.id);
    this.#presence.set(keyOf(warehouse, productSize), isKept);
  }
}

function keyOf(warehouse: WarehousePlan, productSize: ProductSize): string {
  return `${warehouse.id}:${productSize.id}`;
}
