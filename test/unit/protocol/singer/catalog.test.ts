import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConnectorError, sentence } from '../../../../src/errors.ts';
import { parseSingerCatalog, singerCatalog } from '../../../../src/protocol/singer/catalog.ts';
import { orders, stock } from './offered.ts';

type Metadata = Record<string, unknown>;
interface Entry {
  [word: string]: unknown;
  readonly tap_stream_id: string;
  readonly schema: { selected?: boolean; readonly properties: Record<string, Record<string, unknown>> };
  readonly metadata: readonly { readonly breadcrumb: readonly string[]; readonly metadata: Metadata }[];
}

const discovered = (): { readonly streams: readonly Entry[] } => JSON.parse(singerCatalog([orders, stock]));

function entryOf(catalog: { readonly streams: readonly Entry[] }, name: string): Entry {
  const entry = catalog.streams.find((stream) => stream.tap_stream_id === name);
  if (entry === undefined) throw new Error(`There is no stream ${name}.`);
  return entry;
}

function metadataOf(entry: Entry, ...breadcrumb: readonly string[]): Metadata {
  const item = entry.metadata.find((one) => one.breadcrumb.join('/') === breadcrumb.join('/'));
  if (item === undefined) throw new Error(`There is no metadata of ${breadcrumb.join('/')}.`);
  return item.metadata;
}

test('the catalog names what is there, and what of it cannot be left out', () => {
  const entry = entryOf(discovered(), 'orders');
  expect(entry).toMatchObject({ stream: 'orders', key_properties: ['order_id'] });
  expect(Object.keys(entry.schema.properties)).toContain('_sdc_deleted_at');
  expect(JSON.stringify(entry.schema.properties.updated_at)).not.toContain('airbyte_type');
  expect(metadataOf(entry)).toEqual({
    inclusion: 'available',
    'selected-by-default': true,
    'table-key-properties': ['order_id'],
    'valid-replication-keys': ['updated_at'],
    'replication-method': 'INCREMENTAL',
    'replication-key': 'updated_at',
  });
  const inclusions = entry.metadata.map(({ breadcrumb, metadata }) => [
    breadcrumb.join('/'),
    metadata.inclusion,
    metadata['selected-by-default'],
  ]);
  expect(inclusions).toEqual([
    ['', 'available', true],
    ['properties/order_id', 'automatic', undefined],
    ['properties/total', 'available', true],
    ['properties/address', 'available', true],
    ['properties/address/properties/city', 'automatic', undefined],
    ['properties/address/properties/at', 'automatic', undefined],
    ['properties/lines', 'available', true],
    ['properties/airbyte_type', 'available', true],
    ['properties/updated_at', 'automatic', undefined],
    ['properties/_sdc_deleted_at', 'available', true],
  ]);
});

test('a snapshot is a full table, and nothing else', () => {
  const entry = entryOf(discovered(), 'stock');
  expect(metadataOf(entry)).toEqual({
    inclusion: 'available',
    'selected-by-default': true,
    'table-key-properties': ['sku'],
    'forced-replication-method': 'FULL_TABLE',
    'replication-method': 'FULL_TABLE',
  });
  expect(Object.keys(entry.schema.properties)).toEqual(['sku', 'snapshot_at']);
});

test('a discovered catalog, as it is, reads every stream by its defaults', () => {
  expect(parseSingerCatalog(discovered())).toEqual([
    {
      name: 'orders',
      mode: 'incremental',
      columns: new Set(Object.keys(orders.jsonSchema.properties as object)),
      wantsDeletions: true,
      choosesColumns: true,
    },
    {
      name: 'stock',
      mode: 'full_refresh',
      columns: new Set(['sku', 'snapshot_at']),
      wantsDeletions: true,
      choosesColumns: true,
    },
  ]);
});

test('a catalog that says nothing but names reads them', () => {
  expect(parseSingerCatalog({ streams: [{ tap_stream_id: 'orders' }, { stream: 'stock' }] })).toEqual([
    { name: 'orders', mode: 'incremental', columns: undefined, wantsDeletions: true, choosesColumns: true },
    { name: 'stock', mode: 'incremental', columns: undefined, wantsDeletions: true, choosesColumns: true },
  ]);
});

test('deselected columns are left out, and automatic ones stay', () => {
  const catalog = discovered();
  const entry = entryOf(catalog, 'orders');
  for (const column of ['order_id', 'total', 'updated_at', '_sdc_deleted_at']) {
    metadataOf(entry, 'properties', column).selected = false;
  }
  metadataOf(entry, 'properties', 'lines').inclusion = 'unsupported';
  metadataOf(entry, 'properties', 'lines').selected = true;
  metadataOf(entryOf(catalog, 'stock')).selected = false;
  expect(parseSingerCatalog(catalog)).toEqual([
    {
      name: 'orders',
      mode: 'incremental',
      columns: new Set(['order_id', 'address', 'airbyte_type', 'updated_at']),
      wantsDeletions: false,
      choosesColumns: true,
    },
  ]);
});

test('a catalog from before deletions were told does not stop them from being told', () => {
  const [orderStream] = parseSingerCatalog({
    streams: [{ tap_stream_id: 'orders', schema: { properties: { order_id: {}, total: {} } } }],
  });
  expect(orderStream).toMatchObject({ columns: new Set(['order_id', 'total']), wantsDeletions: true });
});

test.each<[Metadata | undefined, Metadata, string | undefined]>([
  [{ selected: true }, {}, 'read'],
  [{ selected: false, 'selected-by-default': true }, {}, undefined],
  [{ selected: null, 'selected-by-default': true }, {}, 'read'],
  [{ 'selected-by-default': false }, {}, undefined],
  [{ inclusion: 'available' }, {}, undefined],
  [{ inclusion: 'automatic' }, {}, 'read'],
  [{ inclusion: 'automatic', selected: false }, {}, undefined],
  [{ inclusion: 'unsupported', selected: true }, {}, undefined],
  [{ selected: false }, { selected: true }, undefined],
  [{}, { selected: true }, 'read'],
  [undefined, { selected: true }, 'read'],
  [undefined, { selected: false }, undefined],
  [undefined, { schema: { selected: false } }, undefined],
  [undefined, {}, 'read'],
])('a stream of which its metadata says %j and its entry %j is %s', (metadata, entry, read) => {
  const list = metadata === undefined ? [] : [{ breadcrumb: [], metadata }];
  const streams = parseSingerCatalog({ streams: [{ tap_stream_id: 'orders', metadata: list, ...entry }] });
  expect(streams.length).toBe(read === undefined ? 0 : 1);
});

test.each<[Metadata, Metadata, string]>([
  [{ 'replication-method': 'FULL_TABLE' }, {}, 'full_refresh'],
  [{ 'replication-method': 'INCREMENTAL' }, {}, 'incremental'],
  [{ 'replication-method': 'LOG_BASED' }, {}, 'incremental'],
  [{ 'forced-replication-method': 'FULL_TABLE', 'replication-method': 'INCREMENTAL' }, {}, 'full_refresh'],
  [{ 'replication-method': 'INCREMENTAL' }, { replication_method: 'FULL_TABLE' }, 'incremental'],
  [{}, { replication_method: 'FULL_TABLE' }, 'full_refresh'],
  [{ 'replication-method': null }, { replication_method: null }, 'incremental'],
  [
    { 'replication-method': 'FULL_TABLE', 'replication-key': 'x', 'valid-replication-keys': ['y'] },
    {},
    'full_refresh',
  ],
  [{ 'replication-key': 'y', 'valid-replication-keys': ['y'] }, {}, 'incremental'],
])('with the metadata %j and the entry %j, a stream is read as %s', (metadata, entry, mode) => {
  const list = [{ breadcrumb: [], metadata: { selected: true, ...metadata } }];
  expect(
    parseSingerCatalog({ streams: [{ tap_stream_id: 'orders', metadata: list, ...entry }] }),
  ).toMatchObject([{ mode }]);
});

const withMetadata = (metadata: unknown) => ({ streams: [{ tap_stream_id: 'orders', metadata }] });
const root = (metadata: Metadata) =>
  withMetadata([{ breadcrumb: [], metadata: { selected: true, ...metadata } }]);

test.each<[unknown, string]>([
  [null, 'it has no list "streams"'],
  [[], 'it has no list "streams"'],
  [{ type: 'CATALOG' }, 'it has no list "streams"'],
  [{ streams: ['orders'] }, 'streams[0] is not an object'],
  [{ streams: [{ tap_stream_id: 'a' }, {}] }, 'streams[1] has no "tap_stream_id"'],
  [{ streams: [{ tap_stream_id: 'a' }, { tap_stream_id: 'a' }] }, 'it names the stream "a" twice'],
  [{ streams: [{ tap_stream_id: 'a', selected: 'yes' }] }, 'the stream "a" has a "selected"'],
  [{ streams: [{ tap_stream_id: 'a', schema: [] }] }, 'the stream "a" has a "schema" that is not'],
  [withMetadata({}), 'the stream "orders" has "metadata" that is not a list'],
  [withMetadata(['x']), 'metadata[0] of the stream "orders" is not an object'],
  [withMetadata([{ breadcrumb: 'properties', metadata: {} }]), 'a "breadcrumb" that is not a list'],
  [withMetadata([{ breadcrumb: [] }]), 'metadata[0] of the stream "orders" has no object "metadata"'],
  [
    withMetadata([{ breadcrumb: ['properties', 'x'], metadata: { selected: 1 } }]),
    'metadata[0] of the stream "orders" has a "selected" that is neither true nor false',
  ],
  [root({ 'replication-method': 'CDC' }), 'the replication method of "orders" is "CDC"'],
  [
    root({ 'replication-key': 'created_at', 'valid-replication-keys': ['updated_at'] }),
    'the replication key of "orders" is "created_at", but it can only be "updated_at"',
  ],
])('refuses the catalog %j', (value, what) => {
  const act = () => parseSingerCatalog(value);
  expect(act).toThrow(what);
  expect(errorOf(act)).toMatchObject({ kind: 'config', code: 'singer/catalog' });
  expect(sentence(errorOf(act))).toMatch(
    /^The catalog is not a Singer catalog: .*\. Give with --catalog .*\.$/,
  );
});

const columns = [...Object.keys(orders.jsonSchema.properties as object), '_sdc_deleted_at'];
const word = fc.constantFrom(undefined, true, false);

test('whatever is chosen: key and cursor are read, the rest by its word, in each form of catalog', () => {
  fc.assert(
    fc.property(
      word,
      fc.array(word, { minLength: columns.length, maxLength: columns.length }),
      fc.boolean(),
      (streamWord, words, isOldStyle) => {
        const entry = entryOf(discovered(), 'orders');
        const ofColumns = isOldStyle
          ? columns.map((column) => entry.schema.properties[column] ?? {})
          : columns.map((column) => metadataOf(entry, 'properties', column));
        ofColumns.forEach((about, at) => {
          if (words[at] !== undefined) about.selected = words[at];
        });
        if (streamWord !== undefined) (isOldStyle ? entry : metadataOf(entry)).selected = streamWord;
        const catalog = { streams: [isOldStyle ? { ...entry, metadata: undefined } : entry] };

        const [stream, ...others] = parseSingerCatalog(catalog);
        expect(others).toEqual([]);
        if (streamWord === false) {
          expect(stream).toBeUndefined();
          return;
        }
        const chosen = columns.filter((_, at) => words[at] !== false);
        const read = new Set([...chosen, 'order_id']);
        // Nothing but metadata says what the cursor is.
        if (!isOldStyle) read.add('updated_at');
        const wantsDeletions = read.delete('_sdc_deleted_at');
        expect(stream).toEqual({
          name: 'orders',
          mode: 'incremental',
          columns: read,
          wantsDeletions,
          choosesColumns: true,
        });
      },
    ),
  );
});

test('whatever a catalog holds, it is read or refused with a sentence', () => {
  const text = fc.constantFrom('orders', 'properties', 'x', 'selected', 'INCREMENTAL', 'automatic');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      tie('object'),
    ),
    object: fc.dictionary(
      fc.constantFrom(
        ...[
          'streams',
          'tap_stream_id',
          'stream',
          'schema',
          'properties',
          'metadata',
          'breadcrumb',
          'selected',
        ],
        ...['inclusion', 'replication-method', 'replication-key', 'valid-replication-keys', 'key_properties'],
      ),
      tie('value'),
    ),
  }));
  fc.assert(
    fc.property(fc.oneof(value, fc.record({ streams: fc.array(value) })), (catalog) => {
      try {
        for (const { name } of parseSingerCatalog(catalog)) expect(typeof name).toBe('string');
      } catch (error) {
        expect(error).toMatchObject({ name: 'ConnectorError', code: 'singer/catalog' });
      }
    }),
    { numRuns: 300 },
  );
});

function errorOf(act: () => unknown): ConnectorError {
  try {
    act();
  } catch (error) {
    return error as ConnectorError;
  }
  throw new Error('It was not refused.');
}
