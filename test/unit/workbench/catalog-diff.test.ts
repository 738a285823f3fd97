import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { formatProblem, hasErrors } from '../../../src/catalog/language/problem.ts';
import { catalogLine } from '../../../src/protocol/airbyte/messages.ts';
import { diffCatalogs } from '../../../src/workbench/diff/catalog-diff.ts';
import { type Change, needsAction } from '../../../src/workbench/diff/change.ts';
import { type DiffSide, sideOfCatalog, sideOfDiscovered } from '../../../src/workbench/diff/diff-side.ts';
import { piiKey, reference } from '../catalog/compile-yaml.ts';

const base = `version: 1
streams:
  o:
    from: orders
    key: [id]
    columns:
      id: id
      updated_at: updatedAt
      x: number
`;

async function compiled(yaml: string) {
  const loaded = await loadCatalog({ source: 'inline', yaml });
  const catalog = compileCatalog(loaded, { schema: reference, reference, piiKey });
  if (hasErrors(catalog.problems)) throw new Error(catalog.problems.map(formatProblem).join('\n'));
  return { loaded, streams: catalog.streams };
}

async function sideOf(yaml: string): Promise<DiffSide> {
  const { loaded, streams } = await compiled(yaml);
  return sideOfCatalog('a', streams, loaded.catalog.streams);
}

function inShort(changes: readonly Change[]): readonly string[] {
  return changes.map((change) => {
    const { kind, stream, column, action } = change;
    return `${stream}${column === undefined ? '' : `.${column}`} ${kind} ${action}${needsAction(change) ? '!' : ''}`;
  });
}

const cases: readonly (readonly [string, readonly [string, string], readonly string[]])[] = [
  ['nothing', ['', ''], []],
  ['a description', ['x: number', 'x: { path: number, description: The number. }'], []],
  ['the spacing of a path', ['x: number', 'x: { path: number }'], []],
  ['a new column', ['x: number', 'x: number\n      y: status'], ['o.y column_added add']],
  ['a column that is gone', ['      x: number\n', ''], ['o.x column_removed drop_or_keep!']],
  ['a new name', ['x: number', 'y: number'], ['o.x column_removed drop_or_keep!', 'o.y column_added add']],
  ['a wider type', ['x: number', 'x: { path: number, type: number }'], ['o.x type_widened widen']],
  ['another type', ['x: number', 'x: { path: number, type: string }'], ['o.x type_changed resync!']],
  ['another source', ['x: number', 'x: totals.quantity'], ['o.x source_changed resync!']],
  ['another step', ['x: number', 'x: { path: number, default: 3 }'], ['o.x steps_changed resync!']],
  [
    'a column that can be null now',
    ['x: number', 'x: market.id'],
    ['o.x nullable none', 'o.x source_changed resync!'],
  ],
  ['another mask', ['x: number', 'x: { path: number, pii: allow }'], ['o.x pii_changed resync!']],
  ['the key', ['key: [id]', 'key: [x]'], ['o key_changed resync!']],
  [
    'the cursor',
    ['updated_at: updatedAt', 'changed: updatedAt'],
    ['o cursor_changed resync!', 'o.updated_at column_removed drop_or_keep!', 'o.changed column_added add'],
  ],
  [
    'the filter',
    ['key: [id]', 'key: [id]\n    where: { storeType: WHOLESALE }'],
    ['o where_changed resync!'],
  ],
  [
    'a new stream',
    ['  o:', '  p: { from: orders, key: [id], columns: { id: id } }\n  o:'],
    ['p stream_added add'],
  ],
  ['another name for a stream', ['  o:', '  p:'], ['o stream_removed drop_or_keep!', 'p stream_added add']],
];

test.each(cases)('%s', async (_, [from, to], expected) => {
  const { changes } = diffCatalogs(await sideOf(base), await sideOf(base.replace(from, to)));
  expect(inShort(changes)).toEqual(expected);
});

test('the list of each, and the root', async () => {
  const lines = (from: string, each: string) =>
    `version: 1\nstreams:\n  o:\n    from: ${from}\n    each: ${each}\n    key: [id]\n    columns: { id: id }\n`;
  const before = await sideOf(lines('orders', 'lines'));
  expect(
    inShort(
      diffCatalogs(before, await sideOf(lines('orders', 'lines( includeFullyCancelled:true )'))).changes,
    ),
  ).toEqual(['o each_changed resync!']);
  const other = diffCatalogs(before, await sideOf(lines('returns', 'lines')));
  expect(inShort(other.changes)).toContain('o from_changed resync!');
});

test('inside of nested objects', async () => {
  const nested = (columns: string) =>
    base.replace('x: number', `x: { each: lines, columns: { ${columns} } }`);
  const before = await sideOf(nested('a: id, b: quantity, c: productName'));
  const after = await sideOf(nested('a: productName, c: productName, d: id'));
  expect(inShort(diffCatalogs(before, after).changes)).toEqual([
    'o.x.a type_changed resync!',
    'o.x.b nested_removed drop_or_keep!',
    'o.x.d nested_added none',
    'o.x source_changed resync!',
  ]);
});

test('a discovered catalog: bare, as a message, among other lines, and with the columns of the protocol', async () => {
  const { loaded, streams } = await compiled(base);
  const offered = streams.map(({ name, jsonSchema, key, cursor }) => ({
    name,
    jsonSchema,
    key,
    cursor,
    tellsDeletions: true,
    isSnapshot: false,
  }));
  const message = catalogLine(offered);
  const bare = JSON.stringify((JSON.parse(message) as { catalog: unknown }).catalog);
  const after = sideOfCatalog('after', streams, loaded.catalog.streams);
  for (const text of [message, bare, `{"type":"LOG"}\nsome words\n${message}`]) {
    const before = sideOfDiscovered('before', text);
    if (before === undefined) throw new Error('It is a discovered catalog.');
    expect(diffCatalogs(before, after)).toEqual({ changes: [], isMakingCompared: false });
  }
});

test('a tenant catalog is no discovered one, whatever its form', () => {
  expect(sideOfDiscovered('a', base)).toBeUndefined();
  expect(sideOfDiscovered('a', '{"version": 1, "streams": {"o": null}}')).toBeUndefined();
  expect(sideOfDiscovered('a', '')).toBeUndefined();
});

test('whatever a file holds, it is a side, none, or an error that says what to give', () => {
  const streams = fc.array(
    fc.dictionary(
      fc.constantFrom('name', 'json_schema', 'stream', 'source_defined_primary_key', 'default_cursor_field'),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        streams.map((list) => JSON.stringify({ streams: list })),
      ),
      (text) => {
        try {
          const side = sideOfDiscovered('a', text);
          if (side !== undefined) diffCatalogs(side, side);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'config', code: 'diff/not_discovered' });
        }
      },
    ),
  );
});
