import { expect, test } from 'vitest';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml, dataOf, goodStream, orderColumn, rowsOf } from './compile-yaml.ts';

const lines = `version: 1
streams:
  lines:
    from: purchaseOrderDeliveries
    each: lines
    key: [delivery_id, line]
    columns: { delivery_id: ^id, line: $position, size: productSize.id }
`;

test('a position names an element that has no id: from 1, never null, and nothing more is asked of the API', async () => {
  const stream = await goodStream(lines);
  expect(stream.keyedByPosition).toBe(true);
  expect(renderSelection(stream.selection)).toBe('{ lines { productSize { id } } id createdAt }');
  expect(stream.columns.find(({ name }) => name === 'line')?.jsonSchema).toEqual({ type: 'integer' });
  const delivery = {
    id: 7,
    createdAt: '2026-01-01T00:00:00Z',
    // Two lines of one size, and one that names none.
    lines: [{ productSize: { id: 1 } }, { productSize: { id: 1 } }, { productSize: null }],
  };
  expect(dataOf(stream, delivery)).toMatchObject([
    { delivery_id: 7, line: 1, size: 1 },
    { delivery_id: 7, line: 2, size: 1 },
    { delivery_id: 7, line: 3, size: null },
  ]);
  expect(dataOf(stream, { ...delivery, id: 8, lines: [{ productSize: null }] })).toMatchObject([
    { delivery_id: 8, line: 1 },
  ]);
});

test('a place stays what it is where an element before it is null', async () => {
  const stream = await goodStream(lines);
  const rows = dataOf(stream, { id: 7, createdAt: null, lines: [null, { productSize: null }] });
  expect(rows).toMatchObject([{ line: 2 }]);
});

test('^$position is the place of the parent, and each list counts for itself', async () => {
  const stream = await goodStream(`version: 1
streams:
  sizes:
    from: products
    each: variants.productSizes
    key: [product, variant, size]
    columns: { product: ^^id, variant: ^$position, size: $position, first: { first: [SKU, $position] } }
`);
  const variants = [
    { productSizes: [{ SKU: 'a' }, { SKU: null }] },
    { productSizes: [] },
    { productSizes: [{ SKU: 'c' }] },
  ];
  const rows = dataOf(stream, { id: 1, updatedAt: null, variants });
  expect(rows.map(({ variant, size, first }) => [variant, size, first])).toEqual([
    [1, 1, 'a'],
    [1, 2, '2'],
    [3, 1, 'c'],
  ]);
});

test('a nested array counts its own elements', async () => {
  const stream = await goodStream(
    orderColumn('{ each: lines.allocations, columns: { line: ^$position, place: $position, id: id } }'),
  );
  expect(stream.keyedByPosition).toBe(false);
  const order = {
    id: 'a',
    updatedAt: null,
    lines: [{ allocations: [{ id: 5 }, null, { id: 6 }] }, { allocations: [{ id: 7 }] }],
  };
  expect(dataOf(stream, order)[0]?.x).toEqual([
    { line: 1, place: 1, id: 5 },
    { line: 1, place: 3, id: 6 },
    { line: 2, place: 1, id: 7 },
  ]);
});

test.each([
  ['on a root object', orderColumn('$position'), 'path/no_position'],
  ['of a list that the sync pages', stock('$position'), 'path/no_position'],
  ['with a field behind it', orderColumn('$position.id'), 'path/syntax'],
  ['misspelt', orderColumn('$postion'), 'path/syntax'],
  ['as a list', orderColumn('{ each: $position, columns: { a: id } }'), 'path/syntax'],
  ['in all', orderColumn('{ all: [$position] }'), 'all/path'],
])('%s it is refused', async (_, yaml, code) => {
  const { problems } = await compileYaml(yaml);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
});

function stock(column: string): string {
  return `version: 1\nstreams:\n  i:\n    from: warehouses\n    each: stock\n    key: [w, s]\n    columns: { w: ^id, s: productSize.id, x: ${column} }\n`;
}

test('__typename is the kind of an object, on the row, on a list and below', async () => {
  const stream = await goodStream(
    orderColumn('__typename\n      kinds: lines[].__typename\n      country: country.__typename'),
  );
  expect(renderSelection(stream.selection)).toBe(
    '{ id updatedAt __typename lines { __typename } country { __typename } }',
  );
  const order = {
    id: 'a',
    updatedAt: null,
    __typename: 'WholesaleOrder',
    lines: [{ __typename: 'ProductOrderLine' }, { __typename: 'SomethingNewOrderLine' }],
    country: null,
  };
  expect(dataOf(stream, order)).toMatchObject([
    { x: 'WholesaleOrder', kinds: ['ProductOrderLine', 'SomethingNewOrderLine'], country: null },
  ]);
});

test('a row whose key is null is held back, whatever the schema says; the part of an answer that a test gives is not', async () => {
  const stream = await goodStream(lines);
  const delivery = { createdAt: null, lines: [{ productSize: null }] };
  expect(rowsOf(stream, { ...delivery, id: null })).toEqual([
    {
      quarantined: {
        column: 'delivery_id',
        reason: 'The value is null, and the column is in the key.',
        key: [null, 1],
        isKeyNull: true,
      },
    },
  ]);
  expect(stream.rows(delivery, { snapshotAt: '', isPartial: true })).toMatchObject([{ data: { line: 1 } }]);
});
