import type { Table } from '../data/table.ts';

/** Objects in the order of their ids, as a table: made when they are first asked for, and again after a change. */
export interface ObjectTable<T> extends Table {
  at(row: number): T;
}

export interface Objects<T> {
  /** Another number after every change of the objects. */
  readonly version: () => number;
  readonly make: () => readonly T[];
  readonly id: (item: T) => number;
  /** What they can be sorted by beside their id. */
  readonly keys?: Readonly<Record<string, (item: T) => number>>;
}

export function objectTable<T>({ version, make, id, keys = {} }: Objects<T>): ObjectTable<T> {
  let made: { readonly version: number; readonly items: readonly T[]; readonly rows: Int32Array } | undefined;
  const present = () => {
    if (made?.version !== version()) {
      const items = [...make()].sort((a, b) => id(a) - id(b));
      made = { version: version(), items, rows: Int32Array.from(items.keys()) };
    }
    return made;
  };
  const at = (row: number) => present().items[row] as T;
  const columns = Object.entries({ ...keys, id }).map(([name, key]) => [
    name,
    { key: (row: number) => key(at(row)) },
  ]);
  return Object.freeze({
    unique: 'id',
    version,
    rows: () => present().rows,
    at,
    columns: Object.fromEntries(columns) as Table['columns'],
    rowOf: (sought: number) => {
      const row = present().items.findIndex((item) => id(item) === sought);
      return row === -1 ? undefined : row;
    },
  });
}
