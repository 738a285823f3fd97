import { expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { formatProblem, hasErrors } from '../../../src/catalog/language/problem.ts';
import { objectAt, runTests, type TestOutcome } from '../../../src/workbench/test/catalog-test.ts';
import { recorded } from '../../fixtures/recorded-answer.ts';
import { piiKey, reference } from '../catalog/compile-yaml.ts';

const columns = `
    key: [id]
    columns:
      id: id
      total: grandTotal.value
      with_tax: grandTotal(includingTax: true).value
      ex_tax: grandTotal(includingTax: false).value
      channel: attributes[or_channel].channel
      tags: { path: 'attributes[or_tags][].tag', join: ',' }
      customer: customer.id
      account: account.id
      rank: { path: status, map: { PENDING: 1 } }
      city: { path: shippingAddress.city, pii: allow }
      skus: { path: 'lines(includeFullyCancelled: true)[].productSize.SKU', join: ',' }
      lines: { each: lines, columns: { sku: productSize.SKU, quantity: quantity } }
`;

/** Runs one test of a stream over orders; `\`…\`` stands for the keywords of the test. */
async function outcome(given: string, more = '', stream = `from: orders${columns}`): Promise<TestOutcome> {
  const yaml = `version: 1\nstreams:\n  o:\n    ${stream}    tests:\n      - { given: ${given}${more} }\n`;
  const loaded = await loadCatalog({ source: 'inline', yaml });
  const compiled = compileCatalog(loaded, { schema: reference, reference, piiKey });
  if (hasErrors(compiled.problems)) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  const files = async ({ file, at }: { file: string; at: string }) => {
    const object = objectAt(recorded(file), at);
    if (object === undefined) throw new Error('The test has a wrong path.');
    return object;
  };
  const [result] = await runTests({ loaded, compiled, schema: reference, files });
  if (result === undefined) throw new Error('One test is expected.');
  return result;
}

const passing: readonly (readonly [string, string, string])[] = [
  ['nothing given: null, and lists empty', '{}', '{ total: null, channel: null, lines: [], skus: "" }'],
  [
    'fields with arguments under their own names, however spaced',
    '{ grandTotal: { value: 5 }, "grandTotal( includingTax:false )": { value: 4 } }',
    '{ total: 5, ex_tax: 4 }',
  ],
  [
    'a default that is written out is the bare name',
    '{ grandTotal: { value: 5 } }',
    '{ with_tax: 5, ex_tax: null }',
  ],
  [
    'fields with arguments under their aliases',
    '{ grandTotal_includingTax_false: { value: 4 } }',
    '{ ex_tax: 4 }',
  ],
  [
    'a list with arguments under its bare name',
    '{ lines: [{ productSize: { SKU: a }, quantity: 2 }, { quantity: 1 }] }',
    '{ skus: a, lines: [{ sku: a }, { sku: null, quantity: 1 }] }',
  ],
  [
    'attributes as the API gives them, picked by their type',
    '{ attributes: [{ type: { name: x }, elements: [{ key: channel, value: a }] }, { type: { name: or_channel }, elements: [{ key: channel, selectedValueName: b }] }] }',
    '{ channel: b }',
  ],
  [
    'attributes in short',
    '{ attributes: { or_channel: { channel: { selectedValueName: Web } }, or_tags: { tag: vip } } }',
    '{ channel: Web, tags: vip }',
  ],
  [
    'without __typename, every kind',
    '{ customer: { id: 3 }, account: { id: 4 } }',
    '{ customer: 3, account: 4 }',
  ],
  [
    'with __typename, that kind',
    '{ __typename: WholesaleOrder, account: { id: 4 } }',
    '{ customer: null, account: 4 }',
  ],
  [
    'a recorded answer',
    '{ file: orders-dtc-by-number, at: "data.orders[0]" }',
    '{ customer: 618, city: Kalmar }',
  ],
];

test.each(passing)('%s', async (_, given, expected) => {
  expect(await outcome(given, `, expect: ${expected}`)).toMatchObject({
    differences: [],
    faults: [],
    isPassed: true,
  });
});

test('differences are named by row, column and place inside', async () => {
  const result = await outcome(
    '{ lines: [{ quantity: 2 }], customer: { id: 1 } }',
    ', expect: { customer: 2, lines: [{ quantity: 3 }], channel: web }',
  );
  expect(result).toMatchObject({
    isPassed: false,
    differences: [
      { row: 1, column: 'customer', expected: 2, actual: 1 },
      { row: 1, column: 'lines[0].quantity', expected: 3, actual: 2 },
      { row: 1, column: 'channel', expected: 'web', actual: null },
    ],
  });
});

test('of a recorded answer, no difference shows a person', async () => {
  const result = await outcome(
    '{ file: orders-dtc-by-number, at: "data.orders[0]" }',
    ', expect: { city: Oslo }',
  );
  expect(JSON.stringify(result)).not.toContain('Winterfell');
  expect(result.differences).toMatchObject([{ column: 'city', actual: '[personal data, not shown]' }]);
});

const faults: readonly (readonly [string, string, string, string])[] = [
  [
    'a misspelt field',
    '{ grandTotl: { value: 1 } }',
    ', expect: {}',
    '`given` has grandTotl, and Order has no such field. Did you mean grandTotal?',
  ],
  [
    'a misspelt field inside',
    '{ grandTotal: { vale: 1 } }',
    ', expect: {}',
    '`given` has grandTotal.vale, and MonetaryValue has no such field. Did you mean value?',
  ],
  [
    'a value in place of an object',
    '{ grandTotal: 3 }',
    ', expect: {}',
    'grandTotal is an object: write its fields below it.',
  ],
  [
    'a value in place of a list',
    '{ lines: 3 }',
    ', expect: {}',
    'lines is a list: write its elements with - before each, or between [ and ].',
  ],
  [
    'an object in place of a value',
    '{ status: { a: 1 } }',
    ', expect: {}',
    'status is one value, and `given` has an object.',
  ],
  [
    'a column that is not there',
    '{}',
    ', expect: { totl: 1 }',
    '`expect` names the column "totl", and the stream has none of that name. Did you mean total?',
  ],
  ['too few rows', '{}', ', expect: [{}, {}]', '2 rows expected, and 1 row came.'],
  [
    'an error that does not come',
    '{}',
    ', expect_error: x',
    'The mapping was to refuse this with "x", and 1 row came. A column refuses a value only with `on_error: fail` or `on_error: quarantine`.',
  ],
];

test.each(faults)('%s', async (_, given, more, fault) => {
  const result = await outcome(given, more);
  expect(result.isPassed).toBe(false);
  expect(result.faults).toContain(fault);
});

test('a note says why a field with arguments is null', async () => {
  const { notes } = await outcome('{ grandTotal: { value: 5 } }', ', expect: { ex_tax: 4 }');
  expect(notes).toEqual([
    '`given` has grandTotal, and a column asks for grandTotal(includingTax: false): give that under its own name.',
  ]);
});

const lines = (onError: string) => `from: orders
    each: lines
    key: [id]
    columns: { id: id, quantity: { path: comment, pii: allow, type: integer, on_error: ${onError} } }
`;
const twoLines = '{ lines: [{ id: 1, comment: "4" }, { id: 2, comment: four }] }';

test('a row that is held back: with its sentence, and beside the rows that pass', async () => {
  const rows = ', expect: [{ id: 1, quantity: 4 }], expect_error: "quantity: The value"';
  expect(await outcome(twoLines, rows, lines('quarantine'))).toMatchObject({ isPassed: true });
  const silent = await outcome(twoLines, ', expect: [{ id: 1 }]', lines('quarantine'));
  expect(silent.faults[0]).toMatch(/^The mapping refuses this: quantity: The value /);
});

test('a value that stops the read: with its sentence', async () => {
  expect(await outcome(twoLines, ', expect_error: "on_error: fail"', lines('fail'))).toMatchObject({
    isPassed: true,
  });
  const other = await outcome(twoLines, ', expect_error: nonsense', lines('fail'));
  expect(other.faults[0]).toMatch(
    /^The mapping refuses this with other words than "nonsense": o.quantity: a value /,
  );
});

test('a snapshot of a test begins at a time that can be expected', async () => {
  const stock = 'from: warehouses\n    each: stock\n    key: [w]\n    columns: { w: ^id }\n';
  const given = '{ id: 3, stock: [{ freeToAllocateQuantity: 1 }] }';
  const expected = ', expect: { w: 3, snapshot_at: "2000-01-01T00:00:00Z" }';
  expect(await outcome(given, expected, stock)).toMatchObject({ isPassed: true });
});

test('where an object is in a file', () => {
  const file = { response: { data: { orders: [{ id: 'a' }] } }, data: { other: [[{ id: 'b' }]] } };
  expect(objectAt(file, 'response.data.orders[0]')).toEqual({ id: 'a' });
  expect(objectAt(file, 'data.orders[0]')).toEqual({ id: 'a' });
  expect(objectAt(file, 'data.other[0][0]')).toEqual({ id: 'b' });
  expect(objectAt(file, 'data.orders')).toBeUndefined();
  expect(objectAt(file, 'constructor.name')).toBeUndefined();
});
