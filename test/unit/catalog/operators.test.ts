import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { columnKeywords } from '../../../src/catalog/language/keywords.ts';
import { sourceOperators, stepOperators } from '../../../src/catalog/operators/registry.ts';
import { ConnectorError } from '../../../src/errors.ts';
import { dataOf, goodStream, orderColumn, piiKey, rowsOf } from './compile-yaml.ts';

interface OperatorCase {
  /** After `x: `. */
  readonly column: string;
  /** What the API answers, and what the column becomes. */
  readonly rows: readonly (readonly [Readonly<Record<string, unknown>>, unknown])[];
  readonly schema: unknown;
}

/** A text with every freedom: an attribute. */
const text = (value: unknown) => ({ attributes_t: [{ elements: [{ key: 'e', value }] }] });
const nullable = (type: string) => ({ type: ['null', type] });
const time = { format: 'date-time', airbyte_type: 'timestamp_with_timezone' };

const cases: Readonly<Record<string, OperatorCase>> = {
  const: { column: '{ const: centra }', rows: [[{}, 'centra']], schema: { type: 'string' } },
  'const, a number': { column: '{ const: 1.5 }', rows: [[{}, 1.5]], schema: { type: 'number' } },
  'first: neither null nor empty': {
    column: '{ first: [externalId, market.name, store.name] }',
    rows: [
      [{ externalId: 'e' }, 'e'],
      [{ externalId: '', market: { name: 'm' } }, 'm'],
      [{ externalId: null, market: null, store: { name: 's' } }, 's'],
      [{ externalId: null, market: null, store: { name: '' } }, null],
    ],
    schema: nullable('string'),
  },
  'first of a whole number and a number': {
    column: '{ first: [totals.quantity, currencyBaseRate] }',
    rows: [[{ totals: { quantity: null }, currencyBaseRate: 1.5 }, 1.5]],
    schema: { type: 'number' },
  },
  'first of different kinds is text': {
    column: '{ first: [market.id, externalId, updatedAt] }',
    rows: [
      [{ market: { id: 7 } }, '7'],
      [{ updatedAt: '2024-01-01T00:00:00+01:00' }, '2023-12-31T23:00:00Z'],
    ],
    schema: nullable('string'),
  },
  each: {
    column: '{ each: lines, columns: { id: id, sku: { path: productSize.sizeNumber, default: none } } }',
    rows: [[{ lines: [{ id: 1, productSize: null }] }, [{ id: 1, sku: 'none' }]]],
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          sku: { type: 'string', description: 'SKU suffix of the size.' },
        },
      },
    },
  },
  all: {
    column: '{ all: [market.id, market.name, lines.id, lines.allocations.quantity] }',
    rows: [
      [
        {
          market: { id: 1, name: 'm', more: 'not asked' },
          lines: [{ id: 1, allocations: [{ quantity: 2 }] }],
        },
        { market: { id: 1, name: 'm' }, lines: [{ id: 1, allocations: [{ quantity: 2 }] }] },
      ],
      [
        { market: null, lines: [] },
        { market: null, lines: [] },
      ],
    ],
    schema: {
      type: 'object',
      properties: {
        market: {
          type: ['null', 'object'],
          properties: { id: { type: 'integer' }, name: { type: 'string' } },
        },
        lines: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: { type: 'integer' },
              allocations: {
                type: 'array',
                items: { type: 'object', properties: { quantity: { type: 'integer' } } },
              },
            },
          },
        },
      },
    },
  },
  'all of the object at a path': {
    column: '{ path: shippingAddress.country, all: [code, name] }',
    rows: [
      [{ shippingAddress: { country: { code: 'SE', name: 'Sweden' } } }, { code: 'SE', name: 'Sweden' }],
      [{ shippingAddress: null }, null],
    ],
    schema: { type: ['null', 'object'], properties: { code: { type: 'string' }, name: { type: 'string' } } },
  },
  'trim, then lower': {
    column: '{ path: attributes[t].e, trim: true, lower: true }',
    rows: [
      [text('  ÅSA '), 'åsa'],
      [text(null), null],
    ],
    schema: nullable('string'),
  },
  'upper of a list': {
    column: '{ path: "lines[].productName", upper: true }',
    rows: [[{ lines: [{ productName: 'a' }, { productName: null }] }, ['A', null]]],
    schema: { type: 'array', items: nullable('string') },
  },
  split: {
    column: '{ path: attributes[t].e, split: "," }',
    rows: [
      [text(' a, b,,c '), ['a', 'b', 'c']],
      [text(''), []],
      [text(null), null],
    ],
    schema: { type: ['null', 'array'], items: { type: 'string' } },
  },
  'split, map, join: in that order however they are written': {
    column: '{ join: "+", map: { a: A, b: B }, else: "?", path: attributes[t].e, split: "," }',
    rows: [[text('a,b,c'), 'A+B+?']],
    schema: nullable('string'),
  },
  'join leaves out null': {
    column: '{ path: "lines[].productSize.id", join: " " }',
    rows: [
      [{ lines: [{ productSize: { id: 1 } }, { productSize: null }, { productSize: { id: 3 } }] }, '1 3'],
    ],
    schema: { type: 'string' },
  },
  'map with else, which is for null too': {
    column: '{ path: store.type, map: { WHOLESALE: 1 }, else: 0 }',
    rows: [
      [{ store: { type: 'WHOLESALE' } }, 1],
      [{ store: { type: 'NEW' } }, 0],
      [{ store: null }, 0],
    ],
    schema: { type: 'integer' },
  },
  'map without else keeps null': {
    column: '{ path: isOnHold, map: { "true": held, "false": free } }',
    rows: [
      [{ isOnHold: true }, 'held'],
      [{ isOnHold: false }, 'free'],
      [{ isOnHold: null }, null],
    ],
    schema: nullable('string'),
  },
  'map to null': {
    column: '{ path: number, map: { 1: null }, else: 2.5 }',
    rows: [
      [{ number: 1 }, null],
      [{ number: 2 }, 2.5],
    ],
    schema: nullable('number'),
  },
  'type string': {
    column: '{ path: number, type: string }',
    rows: [[{ number: 7 }, '7']],
    schema: { type: 'string' },
  },
  'type integer': {
    column: '{ path: attributes[t].e, type: integer }',
    rows: [
      [text(' 12 '), 12],
      [text('-3'), -3],
      [text('1.5'), null],
      [text('12345678901234567890'), null],
      [text(''), null],
    ],
    schema: nullable('integer'),
  },
  'type number': {
    column: '{ path: attributes[t].e, type: number }',
    rows: [
      [text('1.50'), 1.5],
      [text('.5'), 0.5],
      [text('1e3'), 1000],
      [text('1,5'), null],
      [text('Infinity'), null],
    ],
    schema: nullable('number'),
  },
  'type decimal, exact and never rounded': {
    column: '{ path: currencyBaseRate, type: "decimal(6,2)" }',
    rows: [
      [{ currencyBaseRate: 10.1 }, '10.10'],
      [{ currencyBaseRate: 0.1 + 0.2 }, '0.30'],
      [{ currencyBaseRate: -0 }, '0.00'],
      [{ currencyBaseRate: 1.005 }, null],
      [{ currencyBaseRate: 12345 }, null],
      [{ currencyBaseRate: 1e-2 }, '0.01'],
      [{ currencyBaseRate: 1e21 }, null],
    ],
    schema: { ...nullable('string'), format: 'x-singer.decimal', precision: 6, scale: 2 },
  },
  'type boolean': {
    column: '{ path: attributes[t].e, type: boolean }',
    rows: [
      [text('Yes'), true],
      [text('0'), false],
      [text('maybe'), null],
    ],
    schema: nullable('boolean'),
  },
  'type date of a time, in UTC': {
    column: '{ path: updatedAt, type: date, on_error: fail }',
    rows: [[{ updatedAt: '2024-01-01T00:30:00+01:00' }, '2023-12-31']],
    schema: { type: 'string', format: 'date' },
  },
  'type date of a text': {
    column: '{ path: attributes[t].e, type: date }',
    rows: [
      [text('2024-02-29'), '2024-02-29'],
      [text('2023-02-29'), null],
      [text('2024-02-29 10:00'), '2024-02-29'],
      [text('29.2.2024'), null],
    ],
    schema: { ...nullable('string'), format: 'date' },
  },
  'type timestamp': {
    column: '{ path: attributes[t].e, type: timestamp }',
    rows: [
      [text('2024-03-01 01:00 +0200'), '2024-02-29T23:00:00Z'],
      [text('2024-03-01 01:00'), null],
    ],
    schema: { ...nullable('string'), ...time },
  },
  'type json': {
    column: '{ path: attributes[t].e, type: json }',
    rows: [
      [text('{"a":[1]}'), { a: [1] }],
      [text('5'), null],
      [text('{'), null],
    ],
    schema: { type: ['null', 'object', 'array'] },
  },
  'type string of an object is its JSON': {
    column: '{ all: [market.id], type: string }',
    rows: [[{ market: { id: 1 } }, '{"market":{"id":1}}']],
    schema: { type: 'string' },
  },
  'type on a list converts each element': {
    column: '{ path: "lines[].id", type: string }',
    rows: [[{ lines: [{ id: 1 }, { id: 2 }] }, ['1', '2']]],
    schema: { type: 'array', items: { type: 'string' } },
  },
  default: {
    column: '{ path: market.id, default: 0 }',
    rows: [
      [{ market: null }, 0],
      [{ market: { id: 3 } }, 3],
    ],
    schema: { type: 'integer' },
  },
  'default after a value that will not convert': {
    column: '{ path: attributes[t].e, type: integer, default: -1 }',
    rows: [[text('x'), -1]],
    schema: { type: 'integer' },
  },
  'pii allow': {
    column: '{ path: customer.email, pii: allow }',
    rows: [[{ customer: { email: 'a@b.c' } }, 'a@b.c']],
    schema: nullable('string'),
  },
  'pii hash': {
    column: '{ path: customer.email, pii: hash }',
    rows: [
      [
        { customer: { email: ' Jon@Example.COM ' } },
        createHmac('sha256', piiKey).update('jon@example.com').digest('hex'),
      ],
      [{ customer: { email: ' ' } }, null],
      [{ customer: null }, null],
    ],
    schema: nullable('string'),
  },
  'pii hash of a number': {
    column: '{ path: customer.id, pii: hash }',
    rows: [[{ customer: { id: 27 } }, createHmac('sha256', piiKey).update('27').digest('hex')]],
    schema: nullable('string'),
  },
  'pii mask': {
    column: '{ path: shippingAddress.lastName, pii: mask }',
    rows: [
      [{ shippingAddress: { lastName: 'Snöbergsson' } }, 'S***n'],
      [{ shippingAddress: { lastName: 'Snow' } }, '***'],
      [{ shippingAddress: null }, null],
    ],
    schema: nullable('string'),
  },
  'pii year': {
    column: '{ path: attributes[t].e, pii: year }',
    rows: [
      [text('1990-05-03'), 1990],
      [text('2023-12-31T23:30:00-01:00'), 2024],
      [text('May'), null],
    ],
    schema: nullable('integer'),
  },
  'pii month': {
    column: '{ path: attributes[t].e, pii: month }',
    rows: [[text('1990-05-03'), '1990-05']],
    schema: nullable('string'),
  },
  'pii on each element of a list, then join': {
    column: '{ path: "paymentHistory[].externalReference", pii: mask, join: "," }',
    rows: [
      [
        { paymentHistory_limit_200: [{ externalReference: 'abcdefgh' }, { externalReference: 'x' }] },
        'a***h,***',
      ],
    ],
    schema: { type: 'string' },
  },
};

describe('operators', () => {
  for (const [name, { column, rows, schema }] of Object.entries(cases)) {
    test(name, async () => {
      const stream = await goodStream(orderColumn(column));
      for (const [answer, expected] of rows) {
        expect(dataOf(stream, { id: 'a', updatedAt: '2024-01-01T00:00:00Z', ...answer })[0]?.x).toEqual(
          expected,
        );
      }
      const { description: _, ...found } =
        stream.columns.find((candidate) => candidate.name === 'x')?.jsonSchema ?? {};
      expect(found).toEqual(schema);
    });
  }
});

test('a dropped column is in no selection, no schema and no row', async () => {
  const stream = await goodStream(orderColumn('{ path: customer.email, pii: drop }'));
  expect(stream.columns.map(({ name }) => name)).toEqual(['id', 'updated_at']);
  expect(JSON.stringify([stream.selection, stream.jsonSchema])).not.toContain('email');
});

test('the id of a key shows in the hash, so that a rotation shows', async () => {
  const stream = await goodStream(orderColumn('{ path: customer.email, pii: hash }'), { piiKeyId: '2024' });
  expect(dataOf(stream, { id: 'a', updatedAt: '', customer: { email: 'a@b.c' } })[0]?.x).toMatch(
    /^2024:[0-9a-f]{64}$/,
  );
});

describe('a value that will not convert', () => {
  const broken = { id: 'a', updatedAt: 'yesterday', ...text('x') };

  test('is null, and the change is noted without the value', async () => {
    const stream = await goodStream(orderColumn('{ path: attributes[t].e, type: integer }'));
    expect(rowsOf(stream, broken)).toEqual([
      {
        data: { id: 'a', updated_at: null, x: null },
        changes: [
          { column: 'updated_at', reason: 'The value is not a time with an offset.' },
          { column: 'x', reason: 'The value is not a whole number.' },
        ],
      },
    ]);
  });

  test('quarantines its row where the column says so, and a row without its key always', async () => {
    const stream = await goodStream(
      orderColumn('{ path: attributes[t].e, type: integer, on_error: quarantine }'),
    );
    const reason = 'The value is not a whole number.';
    expect(rowsOf(stream, broken)).toEqual([{ quarantined: { column: 'x', reason, key: ['a'] } }]);
    const keyed = await goodStream(
      'version: 1\nstreams: { o: { from: orders, key: [day], columns: { day: { path: orderDate, type: date }, u: updatedAt } } }',
    );
    expect(rowsOf(keyed, { orderDate: 'x', updatedAt: '' })).toEqual([
      { quarantined: { column: 'day', reason: 'The value is not a time with an offset.', key: [null] } },
    ]);
  });

  test('stops the read where the column says so', async () => {
    const stream = await goodStream(orderColumn('{ path: attributes[t].e, type: integer, on_error: fail }'));
    expect(() => rowsOf(stream, broken)).toThrow(ConnectorError);
    expect(() => rowsOf(stream, broken)).toThrow(
      'o.x: a value is not a whole number, and the column says `on_error: fail`.',
    );
  });

  test('inside of a nested array names the inner column', async () => {
    const stream = await goodStream(
      orderColumn('{ each: lines, columns: { n: { path: productName, type: integer } } }'),
    );
    const [row] = rowsOf(stream, {
      id: 'a',
      updatedAt: '2024-01-01T00:00:00Z',
      lines: [{ productName: 'x' }],
    });
    expect(row).toMatchObject({ data: { x: [{ n: null }] }, changes: [{ column: 'x.n' }] });
  });
});

test('every keyword of a column is an operator’s, or says how the column behaves', () => {
  const operators = [...sourceOperators, ...stepOperators];
  const owned = operators.flatMap(({ keyword, companions }) => [keyword, ...companions]);
  expect(new Set([...owned, 'on_error', 'description'])).toEqual(new Set(Object.keys(columnKeywords)));
});
