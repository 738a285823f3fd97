// What no destination can hold as it is in the shop: said, counted, and never another value in silence.
import { expect, test } from 'vitest';
import { fileWith, logsOf, recordsOf, sourceCentra } from './harness.ts';
import { newFolder, rowsIn } from './plain-folder.ts';
import { openRewritingApi } from './rewriting-api.ts';
import { openShop } from './sandbox-control.ts';

const yaml = `version: 1
streams:
  orders:
    from: orders
    key: [id]
    columns:
      id: id
      number: number
      updated_at: updatedAt
      market: market.name
      as_number: grandTotal.value
      as_text: { path: grandTotal.value, type: string }
      as_decimal: { path: grandTotal.value, type: "decimal(20,0)" }
      rounded: currencyBaseRate
      constant: { const: "9007199254740993", type: "decimal(20,0)" }
`;

/** Two of the orders hold what cannot be kept. */
async function awkwardShop() {
  const shop = await openShop({ orders: 5 });
  const endpoint = await openRewritingApi(shop, (body) =>
    body
      .replaceAll(/"grandTotal":\{"value":[^}]*\}/g, '"grandTotal":{"value":9007199254740993}')
      .replaceAll(/"currencyBaseRate":[\d.]+/g, '"currencyBaseRate":0.12345678901234567891')
      .replaceAll(/"market":\{"name":"[^"]*"\}/g, '"market":{"name":"a\\u0000b\\ud83d"}'),
  );
  return fileWith({
    endpoint,
    api_token: shop.token,
    tenant_catalog: { source: 'inline', yaml },
  });
}

const WHOLE = /whole number with more digits than a number can hold/;
const lostColumns = ['as_number', 'rounded', 'market'];

test('as Airbyte messages: in the meta of each record, counted, and one warning for each column', async () => {
  const config = await awkwardShop();
  const read = await sourceCentra(['read', '--config', config, '--only', 'orders']);
  expect(read.code).toBe(0);
  const records = recordsOf(read, 'orders');
  expect(records).toHaveLength(5);
  for (const { data, meta } of records) {
    expect(data).toMatchObject({
      as_number: null,
      as_text: '9007199254740993',
      as_decimal: '9007199254740993',
      rounded: 0.12345678901234568,
      market: 'a\ufffdb\ufffd',
      constant: '9007199254740993',
    });
    expect(meta?.changes).toEqual([
      { field: 'as_number', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' },
      { field: 'rounded', change: 'TRUNCATED', reason: 'SOURCE_SERIALIZATION_ERROR' },
      { field: 'market', change: 'TRUNCATED', reason: 'SOURCE_SERIALIZATION_ERROR' },
    ]);
  }
  const warnings = logsOf(read).filter((line) => line.startsWith('WARN orders.'));
  expect(warnings.map((line) => /orders\.(\w+):/.exec(line)?.[1])).toEqual(lostColumns);
  expect(warnings[0]).toMatch(WHOLE);
  const counts = logsOf(read).filter((line) => /^INFO orders\.\w+: 5 values not passed on/.test(line));
  expect(counts).toHaveLength(lostColumns.length);
  expect(read.stdout).not.toMatch(/\\u0000|\\ud83d|9007199254740992/);
});

test('as Singer messages and in files: replaced, counted, and one warning for each column', async () => {
  const config = await awkwardShop();
  const tap = await sourceCentra(['tap-centra', '--config', config], { isForPeople: true });
  const folder = newFolder();
  const args = ['read', '--config', config, '--format', 'jsonl', '--out', folder];
  const files = await sourceCentra(args, { isForPeople: true });
  expect([tap.code, files.code]).toEqual([0, 0]);
  const tapRows = tap.stdout
    .split('\n')
    .filter((line) => line.includes('"RECORD"'))
    .map((line) => (JSON.parse(line) as { record: object }).record);
  for (const rows of [tapRows, rowsIn(folder, 'orders')]) {
    expect(rows).toHaveLength(5);
    for (const row of rows)
      expect(row).toMatchObject({ as_number: null, rounded: 0.12345678901234568, market: 'a\ufffdb\ufffd' });
  }
  for (const { stderr } of [tap, files]) {
    const lines = stderr.split('\n').filter((line) => /orders\.\w+: a value cannot be passed on/.test(line));
    expect(lines.map((line) => /orders\.(\w+):/.exec(line)?.[1])).toEqual(lostColumns);
    expect(lines.every((line) => /warn/i.test(line))).toBe(true);
    expect(stderr.match(/orders\.\w+: 5 values not passed on/g)).toHaveLength(lostColumns.length);
  }
});

test.each([
  ['a constant', 'const: 9007199254740993', /more digits than can be kept/],
  ['a constant with NUL', 'const: "a\\0b"', /NUL or half of a character/],
  ['half of a character', 'const: "\\ud83d"', /NUL or half of a character/],
  ['a default', 'path: number, default: 123456789012345678901', /more digits than can be kept/],
])('%s in a catalog that cannot be kept is an error with its place', async (_, column, message) => {
  const catalog = fileWith(
    `version: 1\nextends: default\nstreams:\n  orders:\n    columns:\n      x: { ${column} }\n`,
    'yaml',
  );
  const { code, stdout } = await sourceCentra(['catalog', 'check', catalog], { isForPeople: true });
  expect(code).toBe(1);
  expect(stdout).toMatch(message);
  expect(stdout).toMatch(/:6:\d+: error/);
});
