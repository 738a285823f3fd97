import type { CompiledStream } from '../../catalog/compile/compiled.ts';

/** A permission of the API token, and what a catalog needs it for. */
export interface NeededPermission {
  readonly permission: string;
  /** The streams that cannot be read at all without it. */
  readonly streams: readonly string[];
  /** The columns that stay empty without it: `orders.customer_id`. */
  readonly columns: readonly string[];
}

/** The permissions that streams need, in the order of their names. */
export function neededPermissions(streams: readonly CompiledStream[]): readonly NeededPermission[] {
  const needs = new Map<string, { streams: string[]; columns: string[] }>();
  const need = (permission: string) => {
    const known = needs.get(permission) ?? { streams: [], columns: [] };
    needs.set(permission, known);
    return known;
  };
  for (const { name, rootPermission, permissions } of streams) {
    if (rootPermission !== undefined) need(rootPermission).streams.push(name);
    for (const [permission, columns] of permissions) {
      need(permission).columns.push(...columns.map((column) => `${name}.${column}`));
    }
  }
  return [...needs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([permission, { streams: whole, columns }]) => ({
      permission,
      streams: whole,
      // A stream that cannot be read has no columns to lose.
      columns: columns.filter((column) => !whole.includes(column.slice(0, column.indexOf('.')))),
    }));
}
