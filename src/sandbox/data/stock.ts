import { type Dice, salted } from '../dice.ts';
import type { Assortment, ProductSize } from './products.ts';
import type { Tenant, WarehousePlan } from './tenant.ts';

const salts = Object.freeze({
  kept: salted('stock.kept'),
  physical: salted('stock.physical'),
  allocated: salted('stock.allocated'),
  demand: salted('stock.demand'),
  incoming: salted('stock.incoming'),
  linked: salted('stock.linked'),
  change: salted('stock.change'),
});

/** One product size in one warehouse. */
export interface StockRow {
  readonly warehouse: WarehousePlan;
  readonly productSize: ProductSize;
}

export interface StockQuantities {
  readonly physicalQuantity: number;
  readonly allocatedQuantity: number;
  readonly freeToAllocateQuantity: number;
  readonly demandQuantity: number;
  readonly availableNowQuantity: number;
  readonly availableQuantity: number;
  readonly incomingQuantity: number;
  readonly linkedIncomingQuantity: number;
  readonly unlinkedIncomingQuantity: number;
  readonly onDeliveryQuantity: number;
  readonly unshippedQuantity: number;
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
    return written ?? this.#dice.fraction(salts.kept, warehouse.id, productSize.id) < warehouse.coverage;
  }

  count(): number {
    return this.#tenant.warehouses.reduce((sum, warehouse) => sum + this.rowsOf(warehouse).length, 0);
  }

  quantities({ warehouse, productSize }: StockRow): StockQuantities {
    const draw = (salt: number) => this.#dice.fraction(salt, warehouse.id, productSize.id);
    const generated = draw(salts.physical) < 0.15 ? 0 : Math.floor(draw(salts.physical) ** 3 * 900);
    const physicalQuantity = this.#physical.get(keyOf(warehouse, productSize)) ?? generated;
    const allocatedQuantity = Math.floor(draw(salts.allocated) ** 4 * 40);
    const demandQuantity = Math.floor(draw(salts.demand) ** 6 * 30);
    const incomingQuantity = draw(salts.incoming) < 0.7 ? 0 : Math.floor(draw(salts.incoming) * 200);
    const linkedIncomingQuantity = Math.floor(incomingQuantity * draw(salts.linked));
    const unlinkedIncomingQuantity = incomingQuantity - linkedIncomingQuantity;
    // Shops oversell: what is allocated can be more than what is there.
    const freeToAllocateQuantity = physicalQuantity - allocatedQuantity;
    return {
      physicalQuantity,
      allocatedQuantity,
      freeToAllocateQuantity,
      demandQuantity,
      availableNowQuantity: freeToAllocateQuantity - demandQuantity,
      availableQuantity: freeToAllocateQuantity - demandQuantity + unlinkedIncomingQuantity,
      incomingQuantity,
      linkedIncomingQuantity,
      unlinkedIncomingQuantity,
      onDeliveryQuantity: Math.floor(incomingQuantity / 2),
      unshippedQuantity: allocatedQuantity,
    };
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
