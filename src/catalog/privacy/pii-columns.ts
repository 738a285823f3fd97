import type { LoadedCatalog } from '../language/load.ts';
import type { ColumnModel } from '../language/model.ts';
import { type Place, type SourceNode, textOf } from '../language/source-node.ts';

/** A column that says `pii`, at any depth. */
export interface PiiColumn {
  readonly stream: string;
  /** Nested columns with dots. */
  readonly columnName: string;
  /** `hash`, `mask`, `year`, `month`, `drop` or `allow`. */
  readonly pii: string;
  readonly place: Place;
}

export function piiColumns({ catalog }: LoadedCatalog): readonly PiiColumn[] {
  return catalog.streams.flatMap((stream) => stream.columns.flatMap((column) => piiOf(column, stream.name)));
}

export function isPiiHashed(loaded: LoadedCatalog): boolean {
  return piiColumns(loaded).some(({ pii }) => pii === 'hash');
}

function piiOf({ name, keywords }: ColumnModel, stream: string): readonly PiiColumn[] {
  return [...keywords].flatMap(([keyword, node]) => piiIn(keyword, node, stream, name));
}

function piiIn(keyword: string, node: SourceNode, stream: string, columnName: string): readonly PiiColumn[] {
  const text = keyword === 'pii' ? textOf(node) : undefined;
  if (text !== undefined) return [{ stream, columnName, pii: text, place: node.place }];
  if (keyword !== 'columns' || node.kind !== 'map') return [];
  return [...node.entries].flatMap(([name, { value }]) =>
    value.kind !== 'map'
      ? []
      : [...value.entries].flatMap(([key, entry]) =>
          piiIn(key, entry.value, stream, `${columnName}.${name}`),
        ),
  );
}
