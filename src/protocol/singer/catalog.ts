import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import type { OfferedStream, WantedStream } from '../message.ts';
import { DELETED_AT, singerSchema } from './columns.ts';
import { columnsOf, type Entry, isStreamRead, namesIn, type StreamEntry } from './selection.ts';

/** What `--discover` prints. */
export function singerCatalog(streams: readonly OfferedStream[]): string {
  return `${JSON.stringify({ streams: streams.map(catalogEntry) }, undefined, 2)}\n`;
}

function catalogEntry(stream: OfferedStream): JsonObject {
  const schema = singerSchema(stream);
  return {
    tap_stream_id: stream.name,
    stream: stream.name,
    schema,
    key_properties: stream.key,
    metadata: [
      { breadcrumb: [], metadata: streamMetadata(stream) },
      ...columnsMetadata(schema, [], new Set([...stream.key, stream.cursor])),
    ],
  };
}

function streamMetadata({ key, cursor, isSnapshot }: OfferedStream): JsonObject {
  const replication: JsonObject = isSnapshot
    ? { 'forced-replication-method': 'FULL_TABLE', 'replication-method': 'FULL_TABLE' }
    : {
        'valid-replication-keys': [cursor],
        'replication-method': 'INCREMENTAL',
        'replication-key': cursor,
      };
  return { inclusion: 'available', 'selected-by-default': true, 'table-key-properties': key, ...replication };
}

/** A column is read as a whole or not at all: what an object holds is automatic, so that nobody tries to deselect it. */
function columnsMetadata(
  { properties }: JsonObject,
  above: readonly string[],
  automatic: ReadonlySet<string> | 'all',
): readonly JsonObject[] {
  return Object.entries(isObject(properties) ? (properties as JsonObject) : {}).flatMap(([name, column]) => {
    const breadcrumb = [...above, 'properties', name];
    const isAutomatic = automatic === 'all' || automatic.has(name);
    const metadata = isAutomatic
      ? { inclusion: 'automatic' }
      : { inclusion: 'available', 'selected-by-default': true };
    return [{ breadcrumb, metadata }, ...columnsMetadata(column as JsonObject, breadcrumb, 'all')];
  });
}

/** Reads a catalog with its selection, in today's form (metadata) and in the older ones (on the stream, in the schema). */
export function parseSingerCatalog(value: unknown): readonly WantedStream[] {
  if (!isObject(value) || !Array.isArray(value.streams)) throw malformed('it has no list "streams"');
  const names = new Set<string>();
  return value.streams.flatMap((entry: unknown, index) => {
    if (!isObject(entry)) throw malformed(`streams[${index}] is not an object`);
    const name = nameOf(entry, index);
    if (names.has(name)) throw malformed(`it names the stream "${name}" twice`);
    names.add(name);
    const stream = streamEntry(entry, name);
    return isStreamRead(stream) ? [wantedStream(stream, name)] : [];
  });
}

function nameOf(entry: Entry, index: number): string {
  const name = entry.tap_stream_id ?? entry.stream;
  if (typeof name !== 'string' || name === '') {
    throw malformed(`streams[${index}] has no "tap_stream_id" that is a text`);
  }
  return name;
}

function wantedStream(stream: StreamEntry, name: string): WantedStream {
  const mode = modeOf(stream, name);
  const columns = columnsOf(stream);
  const read = [...columns].flatMap(([column, isRead]) => (isRead && column !== DELETED_AT ? [column] : []));
  return {
    name,
    mode,
    columns: columns.size === 0 ? undefined : new Set(read),
    choosesColumns: true,
    // A catalog from before deletions were told says nothing of their column.
    wantsDeletions: columns.get(DELETED_AT) ?? true,
  };
}

const modes: ReadonlyMap<unknown, WantedStream['mode']> = new Map([
  ['FULL_TABLE', 'full_refresh'],
  ['INCREMENTAL', 'incremental'],
  ['LOG_BASED', 'incremental'],
  [undefined, 'incremental'],
]);

function modeOf({ entry, root }: StreamEntry, name: string): WantedStream['mode'] {
  const method =
    root?.['forced-replication-method'] ??
    root?.['replication-method'] ??
    entry.replication_method ??
    undefined;
  const mode = modes.get(method);
  if (mode === undefined) {
    throw malformed(
      `the replication method of "${name}" is ${JSON.stringify(method)}, not "INCREMENTAL", "FULL_TABLE" or "LOG_BASED"`,
    );
  }
  const valid = namesIn(root?.['valid-replication-keys']);
  const key = root?.['replication-key'] ?? entry.replication_key;
  const isValid = key === undefined || key === null || valid.length === 0 || valid.some((one) => one === key);
  if (mode === 'incremental' && !isValid) {
    throw malformed(
      `the replication key of "${name}" is ${JSON.stringify(key)}, but it can only be ${valid.map((one) => `"${one}"`).join(' or ')}`,
    );
  }
  return mode;
}

function streamEntry(entry: Entry, name: string): StreamEntry {
  const { metadata = [], schema = {} } = entry;
  const where = `the stream "${name}"`;
  if (!isObject(schema)) throw malformed(`${where} has a "schema" that is not an object`);
  mustBeAWord(entry, where);
  if (!Array.isArray(metadata)) throw malformed(`${where} has "metadata" that is not a list`);
  let root: Entry | undefined;
  const columns = new Map<string, Entry>();
  for (const [index, item] of metadata.entries()) {
    const at = `metadata[${index}] of the stream "${name}"`;
    const { breadcrumb, about } = metadataItem(item, at);
    if (breadcrumb.length === 0) root = { ...root, ...about };
    const [properties, column] = breadcrumb;
    if (breadcrumb.length === 2 && properties === 'properties' && column !== undefined) {
      columns.set(column, { ...columns.get(column), ...about });
    }
  }
  return { entry, root, columns };
}

function metadataItem(item: unknown, at: string): { breadcrumb: readonly string[]; about: Entry } {
  if (!isObject(item)) throw malformed(`${at} is not an object`);
  const { breadcrumb, metadata } = item;
  if (!Array.isArray(breadcrumb) || breadcrumb.some((part) => typeof part !== 'string')) {
    throw malformed(`${at} has a "breadcrumb" that is not a list of texts`);
  }
  if (!isObject(metadata)) throw malformed(`${at} has no object "metadata"`);
  mustBeAWord(metadata, at);
  return { breadcrumb: breadcrumb as readonly string[], about: metadata };
}

function mustBeAWord(entry: Entry, at: string): void {
  for (const name of ['selected', 'selected-by-default']) {
    const word = entry[name];
    if (word !== undefined && word !== null && typeof word !== 'boolean') {
      throw malformed(`${at} has a "${name}" that is neither true nor false`);
    }
  }
}

function malformed(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'singer/catalog',
    message: `The catalog is not a Singer catalog: ${what}.`,
    hint: 'Give with --catalog what --discover prints, with "selected" set in its metadata.',
  });
}
