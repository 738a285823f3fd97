import { isObject } from '../../json.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** A catalog's entry for one stream, its metadata by what it is about. */
export interface StreamEntry {
  readonly entry: Entry;
  readonly root: Entry | undefined;
  readonly columns: ReadonlyMap<string, Entry>;
}

/**
 * Whether a stream is read: an explicit word first, in the metadata or, as older catalogs have it, on the stream or in
 * its schema; then the default. A stream of which nothing at all is said is read.
 */
export function isStreamRead({ entry, root, columns }: StreamEntry): boolean {
  if (root?.inclusion === 'unsupported') return false;
  const word = root?.selected ?? entry.selected ?? schemaOf(entry).selected;
  if (word !== undefined && word !== null) return word === true;
  if (root === undefined && columns.size === 0) return true;
  return root?.inclusion === 'automatic' || root?.['selected-by-default'] === true;
}

/** The columns that a catalog names of a stream that is read, and whether each is read. */
export function columnsOf(stream: StreamEntry): ReadonlyMap<string, boolean> {
  const { properties } = schemaOf(stream.entry);
  const schemas = isObject(properties) ? properties : {};
  const automatic = automaticColumns(stream);
  const names = [...Object.keys(schemas), ...stream.columns.keys()];
  if (names.length === 0) return new Map();
  return new Map(
    [...names, ...automatic].map((name) => [
      name,
      automatic.has(name) || isColumnRead(stream.columns.get(name), schemas[name]),
    ]),
  );
}

/** A column of which nothing is said is read, since its stream is. */
function isColumnRead(metadata: Entry | undefined, schema: unknown): boolean {
  const legacy = isObject(schema) ? schema : {};
  const inclusion = metadata?.inclusion ?? legacy.inclusion;
  if (inclusion === 'automatic') return true;
  if (inclusion === 'unsupported') return false;
  return (metadata?.selected ?? legacy.selected ?? metadata?.['selected-by-default'] ?? true) === true;
}

/** A stream's key and its cursor are read whatever is said of them. */
function automaticColumns({ entry, root }: StreamEntry): ReadonlySet<string> {
  return new Set([
    ...namesIn(entry.key_properties),
    ...namesIn(root?.['table-key-properties']),
    ...namesIn(root?.['valid-replication-keys']),
  ]);
}

export function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function schemaOf({ schema }: Entry): Entry {
  return isObject(schema) ? schema : {};
}
