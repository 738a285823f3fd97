import type { RootDefinition } from './definition.ts';
import { indeliveries } from './indeliveries.ts';
import { inventory } from './inventory.ts';
import { orders } from './orders.ts';
import { returns } from './returns.ts';

/** The roots whose ways are written down; any other root list of the schema is derived from its filter and its type. */
export const knownRoots: readonly RootDefinition[] = Object.freeze([
  orders,
  returns,
  indeliveries,
  inventory,
]);
