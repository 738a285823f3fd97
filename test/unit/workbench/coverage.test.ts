import { expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { type Coverage, coverageOf } from '../../../src/workbench/coverage/coverage.ts';
import { mappedData } from '../../../src/workbench/coverage/mapped-data.ts';
import { type StreamGroup, unmappedData } from '../../../src/workbench/coverage/unmapped-data.ts';
import { piiKey, reference } from '../catalog/compile-yaml.ts';

const schemas = { schema: reference, reference };
const context = { snapshotAt: '2024-05-01T00:00:00Z' };

const yaml = `version: 1
streams:
  orders:
    from: orders
    key: [id]
    columns:
      id: id
      updated_at: updatedAt
      city: { path: shippingAddress.city, pii: drop }
      total: grandTotal(includingTax: false).value
      tax: totals.taxAdded.value
      channel: attributes[or_channel].channel
  lines:
    from: orders
    each: lines
    key: [id]
    columns: { id: id, product: product.name, number: { path: ^number, type: boolean, on_error: fail } }
  stock:
    from: warehouses
    each: stock
    key: [size]
    columns: { size: productSize.id, ean: productSize.EAN }
`;

const orders = [
  {
    id: 'a',
    updatedAt: '2024-05-01T10:00:00+02:00',
    number: 7,
    externalId: '',
    grandTotal_includingTax_false: { value: 1 },
    totals: { taxAdded: null, handling: { value: 3 } },
    shippingAddress: { city: 'Lund', email: 'anna@example.com' },
    discountsApplied: [{}],
    attributes_or_channel: [{ elements: [{ key: 'channel', selectedValue: 'x' }] }],
    attributes: [
      {
        type: { name: 'or_channel' },
        elements: [
          { key: 'channel', kind: 'SELECT', selectedValue: 'x' },
          { key: 'note', kind: 'INPUT', value: 'Anna' },
        ],
      },
    ],
    lines: [{ id: 1, comment: 'Anna', product: { name: 'P', isBundle: false } }, { id: 2 }],
  },
  { id: 'b', externalId: 'x', lines: [], attributes: [], number: 2 },
];

async function covered(refuse: (path: string) => readonly string[] = () => []): Promise<Coverage> {
  const loaded = await loadCatalog({ source: 'inline', yaml });
  const { streams } = compileCatalog(loaded, { ...schemas, piiKey });
  const [first, second, third] = streams;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('It does not compile.');
  const groups: readonly StreamGroup[] = [
    { root: 'orders', streams: [first, second] },
    { root: 'warehouses', streams: [third] },
  ];
  const mapped = mappedData(loaded.catalog, streams, reference);
  const data = unmappedData(groups, mapped, schemas);
  const samples = groups.map((group) => {
    const own = data.get(group) ?? { levels: [], unmapped: [] };
    const refused = new Map<object, readonly string[]>();
    for (const item of own.unmapped) {
      const permissions = refuse(item.path.join('.'));
      if (permissions.length > 0) refused.set(item, permissions);
    }
    return { group, ...own, objects: group.root === 'orders' ? orders : [], refused };
  });
  return coverageOf({ samples, mapped, schemas, context });
}

test('what is filled and not mapped, most filled first; what is mapped or dropped on purpose is not named', async () => {
  const { uncovered } = await covered();
  const shares = uncovered.map(({ filled, of }) => (of === 0 ? 0 : filled / of));
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  const found = (stream: string, path: string) =>
    uncovered.find((item) => item.stream === stream && item.path === path);
  expect(found('orders', 'externalId')).toMatchObject({ kind: 'field', filled: 1, of: 2, isPersonal: false });
  expect(found('orders', 'totals.handling.value')).toMatchObject({ filled: 1 });
  expect(found('orders', 'shippingAddress.email')).toMatchObject({ filled: 1, isPersonal: true });
  expect(found('orders', 'discountsApplied[]')).toMatchObject({ kind: 'list', filled: 1 });
  expect(found('orders', 'attributes[or_channel].note')).toMatchObject({
    kind: 'attribute',
    isPersonal: true,
  });
  expect(found('lines', 'comment')).toMatchObject({ filled: 1, of: 2, isPersonal: true });
  expect(found('lines', 'product.isBundle')).toMatchObject({ filled: 1, of: 2 });
  expect(found('stock', '^name')).toMatchObject({ filled: 0, of: 0 });
  for (const path of [
    'number',
    'shippingAddress.city',
    'grandTotal.value',
    'totals.taxAdded.value',
    'attributes[or_channel].channel',
    'product.name',
    '^number',
  ])
    expect(uncovered.map((item) => item.path)).not.toContain(path);
  expect(JSON.stringify(uncovered)).not.toMatch(/Anna|Lund|anna@/);
});

test('each kind of object is looked at once, wherever it is reached from', async () => {
  const { uncovered } = await covered();
  const paths = uncovered.map(({ path }) => path);
  expect(paths.filter((path) => path.endsWith('harmonizedCommodityCode'))).toHaveLength(1);
  expect(new Set(uncovered.map(({ stream, path }) => `${stream} ${path}`)).size).toBe(paths.length);
});

test('columns that are always null, and values that would stop a read', async () => {
  const { alwaysNull, stops, rows } = await covered();
  expect(alwaysNull).toEqual([{ stream: 'orders', column: 'tax', rows: 2, missing: undefined }]);
  expect([...stops.keys()]).toEqual(['lines']);
  expect(rows.get('orders')).toBe(2);
});

test('what the token may not see is named as such, and not counted', async () => {
  const { uncovered, hidden } = await covered((path) =>
    path.startsWith('shippingAddress') ? ['Order.shippingAddress:read'] : [],
  );
  expect(uncovered.map(({ path }) => path)).not.toContain('shippingAddress.email');
  expect(hidden).toContainEqual({
    stream: 'orders',
    path: 'shippingAddress.email',
    permissions: ['Order.shippingAddress:read'],
    isMapped: false,
  });
});
