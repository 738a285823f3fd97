import { type DeliveryLine, deliveryLines } from './delivery-lines.ts';
import type { Shop } from './shop.ts';

/** What one delivery brought of one size, with an id of its own. */
export interface StockChangeLineRow {
  readonly id: number;
  /** The row of the delivery. */
  readonly delivery: number;
  readonly line: DeliveryLine;
}

/** A delivery has fewer lines than this; ids of lines count on it. */
const mostLines = 64;

/** Every delivery that was inserted changed the stock once, by its lines. */
export function stockChangeLines(shop: Shop, delivery: number): readonly StockChangeLineRow[] {
  return deliveryLines(shop, delivery).map((line, place) => ({
    id: delivery * mostLines + place + 1,
    delivery,
    line,
  }));
}

/** The rows of the deliveries that changed the stock. */
export function insertedDeliveries(shop: Shop): Int32Array {
  return changesOf(shop).deliveries;
}

/** All that came in of a size which still exists. */
export function stockChangeLinesOfSize(shop: Shop, sizeId: number): readonly StockChangeLineRow[] {
  return changesOf(shop).ofSize().get(sizeId) ?? [];
}

interface Changes {
  readonly version: number;
  readonly deliveries: Int32Array;
  readonly ofSize: () => ReadonlyMap<number, readonly StockChangeLineRow[]>;
}

const made = new WeakMap<Shop, Changes>();

function changesOf(shop: Shop): Changes {
  const { deliveries } = shop;
  const present = made.get(shop);
  if (present?.version === deliveries.version()) return present;
  const rows = deliveries.rows().filter((row) => deliveries.row(row).insertedAt !== null);
  let bySize: Map<number, StockChangeLineRow[]> | undefined;
  const changes: Changes = {
    version: deliveries.version(),
    deliveries: rows,
    ofSize: () => {
      bySize ??= linesBySize(shop, rows);
      return bySize;
    },
  };
  made.set(shop, changes);
  return changes;
}

function linesBySize(shop: Shop, rows: Int32Array): Map<number, StockChangeLineRow[]> {
  const bySize = new Map<number, StockChangeLineRow[]>();
  for (const row of rows) {
    for (const one of stockChangeLines(shop, row)) {
      if (one.line.left !== 'size') continue;
      const lines = bySize.get(one.line.ordered.id);
      if (lines === undefined) bySize.set(one.line.ordered.id, [one]);
      else lines.push(one);
    }
  }
  return bySize;
}
