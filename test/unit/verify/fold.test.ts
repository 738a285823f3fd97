import { describe, expect, test } from 'vitest';
import type { CompiledColumn } from '../../../src/catalog/compile/compiled.ts';
import { indeliveries } from '../../../src/roots/indeliveries.ts';
import { orders } from '../../../src/roots/orders.ts';
import { parseEmitted } from '../../../src/verify/emitted.ts';
import { StreamFold } from '../../../src/verify/fold.ts';
import { rowView } from '../../../src/verify/row-view.ts';
import { plainStream } from '../sync/compiled-stream.ts';

function column(name: string, source: string, type = 'string', pii?: string): CompiledColumn {
  return {
    name,
    definition: {},
    jsonSchema: { type: ['null', type] },
    source,
    pii,
    selection: { fields: [], fragments: [] },
    permissions: [],
    guards: [],
    missing: undefined,
    unavailable: undefined,
  };
}

const orderColumns = [
  column('id', 'id'),
  column('state', 'status'),
  column('updated_at', 'updatedAt'),
  column('total', 'grandTotal.value', 'number'),
  column('rate', 'currencyBaseRate', 'number'),
];
const orderStream = plainStream('orders', orders, { columns: orderColumns });
const lineStream = plainStream('lines', indeliveries, {
  each: ['lines'],
  key: ['delivery', 'line'],
  cursor: 'created_at',
  columns: [
    column('delivery', '^id', 'integer'),
    column('line', 'id', 'integer'),
    column('created_at', '^createdAt'),
    column('cost', 'unitCost.value', 'number'),
  ],
});

function viewOf(stream: typeof orderStream) {
  const view = rowView(stream, ['status']);
  if (view === undefined) throw new Error('The stream cannot be compared.');
  return view;
}

describe('how a stream shows what it is compared by', () => {
  test('an order', () => {
    expect(viewOf(orderStream)).toMatchObject({
      root: { column: 'id', filter: 'id' },
      statusColumn: 'state',
      amountColumns: ['total'],
      isKeyShowable: true,
    });
  });

  test('a line, by its parent', () => {
    expect(viewOf(lineStream)).toMatchObject({
      root: { column: 'delivery', filter: 'id' },
      statusColumn: undefined,
    });
  });

  test('by the number, where there is no id; not at all without both', () => {
    const numbered = {
      ...orderStream,
      columns: [column('no', 'number', 'integer'), column('updated_at', 'updatedAt')],
    };
    expect(rowView(numbered, ['status'])?.root).toEqual({ column: 'no', filter: 'number' });
    expect(
      rowView({ ...orderStream, columns: [column('updated_at', 'updatedAt')] }, ['status']),
    ).toBeUndefined();
  });

  test('a key that is personal data is not shown', () => {
    const columns = [...orderColumns, column('email', 'customer.email', 'string', 'allow')];
    expect(rowView({ ...orderStream, key: ['id', 'email'], columns }, ['status'])?.isKeyShowable).toBe(false);
  });
});

describe('the fold', () => {
  const row = { id: 'a', state: 'PENDING', updated_at: '2026-03-01T10:00:00Z', total: 10.5, rate: 1 };

  test('keeps the last record of each key', () => {
    const fold = new StreamFold(viewOf(orderStream), 20);
    fold.put(row);
    fold.put({ ...row, id: 'b' });
    fold.put({ ...row, state: 'CONFIRMED', total: 0.3 });
    expect(fold.records).toBe(3);
    expect(fold.roots.get('a')).toMatchObject([{ status: 'CONFIRMED', amounts: [3000] }]);
    expect(fold.repeated.count).toBe(0);
  });

  test('notes what came again unchanged, whatever the order of its properties', () => {
    const fold = new StreamFold(viewOf(orderStream), 20);
    fold.put(row);
    fold.put(Object.fromEntries(Object.entries(row).reverse()));
    expect(fold.repeated).toMatchObject({ count: 1, ids: ['a'] });
  });

  test('a tombstone removes its row, and the others of its parent stay', () => {
    const fold = new StreamFold(viewOf(lineStream), 20);
    const line = { delivery: 7, line: 1, created_at: '2026-03-01T10:00:00Z', cost: 1 };
    fold.put(line);
    fold.put({ ...line, line: 2 });
    fold.put({ delivery: 7, line: 1, _ab_cdc_deleted_at: '2026-03-02T00:00:00Z' });
    expect(fold.roots.get('7')).toMatchObject([{ key: '7/2' }]);
    fold.put({ delivery: 7, line: 2, _ab_cdc_deleted_at: '2026-03-02T00:00:00Z' });
    expect(fold.roots.size).toBe(0);
  });
});

test.each([
  [
    '{"type":"RECORD","record":{"stream":"orders","emitted_at":1,"data":{"id":"a"}}}',
    { kind: 'record', stream: 'orders', data: { id: 'a' } },
  ],
  ['{"type":"RECORD","record":{"stream":"orders"}}', { kind: 'broken' }],
  ['{"type":"LOG","log":{"level":"INFO","message":"x"}}', { kind: 'other' }],
  ['', { kind: 'other' }],
  ['{"type":"RECORD","rec', { kind: 'broken' }],
])('a line of an output: %s', (line, emitted) => {
  expect(parseEmitted(line)).toEqual(emitted);
});
