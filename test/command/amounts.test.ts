import { beforeAll, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { catalogOf, configured, fileWith, logsOf, type Outcome, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { everyObject } from './shop-answers.ts';
import { type Data, dataOf, expectValidRecords } from './valid-records.ts';

/*
 * What the columns add up to, as docs/streams.md says it, for every order and return of a shop; and orders whose values
 * were worked out by hand from what the API says of them.
 */

async function discovered(shop: TestShop): Promise<AirbyteCatalog> {
  return catalogOf(await sourceCentra(['discover', '--config', shop.config]));
}

function read(shop: TestShop, catalog: AirbyteCatalog): Promise<Outcome> {
  return sourceCentra([
    'read',
    '--config',
    shop.config,
    '--catalog',
    fileWith(configured(catalog, 'full_refresh')),
  ]);
}

/** A row's number: amounts and quantities are never null. */
function amount(row: Data, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`${column} is no number: ${JSON.stringify(row)}`);
  return value;
}

function sum(rows: readonly Data[], read: (row: Data) => number): number {
  return rows.reduce((total, row) => total + read(row), 0);
}

const isCounted = ({ line_type }: Data) => line_type !== 'BundleItemOrderLine';

describe('the default catalog', () => {
  let orders: readonly Data[];
  let lines: ReadonlyMap<unknown, readonly Data[]>;
  let returns: readonly Data[];
  let returnLines: readonly Data[];
  let shop: TestShop;
  let catalog: AirbyteCatalog;

  beforeAll(async () => {
    shop = await openShop({ orders: 300 });
    catalog = await discovered(shop);
    const outcome = await read(shop, catalog);
    expect(outcome.code).toBe(0);
    orders = dataOf(outcome, 'orders');
    returns = dataOf(outcome, 'returns');
    returnLines = dataOf(outcome, 'return_lines');
    lines = linesByOrder(outcome);
  });

  test('an order comes to its lines, shipping, handling, discounts and added tax', () => {
    for (const order of orders) {
      const own = (lines.get(order.id) ?? []).filter(isCounted);
      const value = amount(order, 'tax_added') === 0 ? 'line_value' : 'line_value_ex_tax';
      const parts =
        sum(own, (line) => amount(line, value)) +
        sum([order], (one) => amount(one, 'shipping') + amount(one, 'handling') + amount(one, 'discounts'));
      expect(parts + amount(order, 'tax_added'), `${order.number}`).toBeCloseTo(amount(order, 'total'), 6);
      const tax = amount(order, 'tax_included') + amount(order, 'tax_added');
      expect(amount(order, 'total') - tax, `${order.number}`).toBeCloseTo(amount(order, 'total_ex_tax'), 6);
    }
    // Each part is there to be added: both kinds of tax, and a discount below zero.
    for (const column of ['shipping', 'handling', 'tax_included', 'tax_added'])
      expect(Math.max(...orders.map((order) => amount(order, column))), column).toBeGreaterThan(0);
    expect(Math.min(...orders.map((order) => amount(order, 'discounts')))).toBeLessThan(0);
    expect(Math.max(...orders.map((order) => amount(order, 'discounts')))).toBe(0);
  });

  test('units: cancelled ones are out of quantity already, and stand in original_quantity', () => {
    for (const order of orders) {
      const own = (lines.get(order.id) ?? []).filter(isCounted);
      const quantity = sum(own, (line) => amount(line, 'quantity'));
      const cancelled = sum(own, (line) => amount(line, 'cancelled_quantity'));
      expect([order.number, order.quantity, order.original_quantity]).toEqual([
        order.number,
        quantity,
        quantity + cancelled,
      ]);
    }
    expect(orders.some((order) => amount(order, 'quantity') < amount(order, 'original_quantity'))).toBe(true);
  });

  test('a return pays back its lines less what it costs, and never more than was paid', () => {
    const byOrder = new Map(orders.map((order) => [order.id, order]));
    const paidBack = new Map<unknown, number>();
    for (const back of returns) {
      const order = byOrder.get(back.order_id);
      if (order === undefined) throw new Error('A return has its order.');
      const types = new Map(lines.get(order.id)?.map((line) => [line.order_line_id, line]));
      const own = returnLines.filter(
        (line) => line.return_id === back.id && isCounted(types.get(line.order_line_id) ?? {}),
      );
      const [total, value] =
        amount(order, 'tax_added') === 0 ? ['total', 'line_value'] : ['total_ex_tax', 'line_value_ex_tax'];
      const parts =
        sum(own, (line) => amount(line, value)) +
        sum([back], (one) => amount(one, 'shipping') + amount(one, 'handling') + amount(one, 'discounts'));
      const rest = Math.max(0, parts - amount(back, 'return_cost'));
      expect(rest, `${back.id}`).toBeCloseTo(amount(back, total), 6);
      paidBack.set(order.id, (paidBack.get(order.id) ?? 0) + amount(back, 'total'));
    }
    expect(returns.length).toBeGreaterThan(10);
    expect(Math.max(...returns.map((back) => amount(back, 'return_cost')))).toBeGreaterThan(0);
    for (const [id, total] of paidBack)
      expect(total).toBeLessThanOrEqual(amount(byOrder.get(id) ?? {}, 'total') + 0.005);
  });

  test('the status of a return says whether it is completed, and no line has a reason', async () => {
    const shown = await everyObject(shop, 'returns', 'id status returnStatus');
    // The general status says nothing of it.
    expect(new Set(shown.map(({ status }) => status))).not.toContain('COMPLETED');
    expect(returns.map(({ id, status }) => [id, status])).toEqual(
      shown.map(({ id, returnStatus }) => [id, returnStatus]),
    );
    expect(new Set(returns.map(({ status }) => status))).toEqual(new Set(['PENDING', 'COMPLETED']));
    const columns = catalog.streams.map(({ json_schema }) =>
      Object.keys((json_schema as { properties: object }).properties),
    );
    expect(columns.flat().filter((name) => /reason/.test(name))).toEqual([]);
  });
});

function linesByOrder(outcome: Outcome): ReadonlyMap<unknown, readonly Data[]> {
  const groups = new Map<unknown, Data[]>();
  for (const line of dataOf(outcome, 'order_lines'))
    groups.set(line.order_id, [...(groups.get(line.order_id) ?? []), line]);
  return groups;
}

test('orders whose values were worked out by hand', async () => {
  const shop = await openShop({ orders: 60 });
  const outcome = await read(shop, await discovered(shop));
  expect(outcome.code).toBe(0);
  const orders = dataOf(outcome, 'orders');
  const lines = linesByOrder(outcome);
  const of = (number: number) => orders.find((order) => order.number === number);
  // 1 x 19.90, 1 of 2 x 1,299.99 (one cancelled), 2 x 249.50: 1,818.89, and 49 for shipping.
  expect(of(1062)).toMatchObject({ total: 1867.89, shipping: 49, quantity: 4, original_quantity: 5 });
  expect(lines.get(of(1062)?.id)).toMatchObject([
    { quantity: 1, cancelled_quantity: 0, line_value: 19.9 },
    { quantity: 1, cancelled_quantity: 1, unit_price: 1299.99, line_value: 1299.99 },
    { quantity: 2, cancelled_quantity: 0, line_value: 499 },
  ]);
  // 2 x 4,500 = 9,000, less a tenth, and 49 for shipping; a quarter of tax is inside: 8,149 / 1.25.
  expect(of(1021)).toMatchObject({ total: 8149, discounts: -900, total_ex_tax: 6519.2 });
  // A bundle of 4,899.99 = 1,299.99 + 3,600, and a product of 119.95; 49 for shipping. Four lines, two units.
  expect(of(1012)).toMatchObject({ total: 5068.94, quantity: 2 });
  expect(lines.get(of(1012)?.id)?.map(({ line_type, line_value }) => [line_type, line_value])).toEqual([
    ['BundleOrderLine', 4899.99],
    ['BundleItemOrderLine', 1299.99],
    ['BundleItemOrderLine', 3600],
    ['ProductOrderLine', 119.95],
  ]);
});

test('profit analytics: what is left of a line counts the units that are sold, once', async () => {
  const shop = await openShop(
    { orders: 60 },
    { tenant_catalog: { source: 'bundled', name: 'example-profit-analytics' } },
  );
  const outcome = await read(shop, await discovered(shop));
  expect(outcome.code).toBe(0);
  const [order] = await everyObject(shop, 'orders', 'id', '{ number: [1062] }');
  const margins = dataOf(outcome, 'orders')
    .filter(({ orderId }) => orderId === order?.id)
    .map((line) => [
      line.quantity,
      line.cancelledQuantity,
      amount(line, 'totalExTax') * amount(line, 'currencyBaseRate') -
        amount(line, 'cogs') * amount(line, 'quantity'),
    ]);
  // 18.41 - 5.97; 1,202.58 - 390 for the one unit of two that was not cancelled; 399.20 - 2 x 74.85.
  expect(margins).toEqual([
    [1, 0, expect.closeTo(12.44, 6)],
    [1, 1, expect.closeTo(812.58, 6)],
    [2, 0, expect.closeTo(249.5, 6)],
  ]);
});

test('lines of a kind that nobody has heard of are read, and say which kind it is', async () => {
  const shop = await openShop({ orders: 300, schema: { unknown: ['implementations'] } });
  const catalog = await discovered(shop);
  const outcome = await read(shop, catalog);
  expect([outcome.code, logsOf(outcome).filter((line) => line.startsWith('ERROR'))]).toEqual([0, []]);
  expectValidRecords(catalog, outcome);
  const orders = await everyObject(shop, 'orders', 'id lines(includeFullyCancelled: true) { __typename id }');
  const expected = orders.flatMap(({ id, lines }) =>
    (lines as readonly { __typename: string; id: number }[]).map((line) => [id, line.id, line.__typename]),
  );
  const rows = dataOf(outcome, 'order_lines');
  const known = /^(ProductOrderLine|BundleOrderLine|BundleItemOrderLine|GiftCertificateOrderLine)$/;
  expect(rows.filter(({ line_type }) => !known.test(String(line_type))).length).toBeGreaterThan(0);
  expect(
    new Set(
      rows.map(({ order_id, order_line_id, line_type }) =>
        JSON.stringify([order_id, order_line_id, line_type]),
      ),
    ),
  ).toEqual(new Set(expected.map((line) => JSON.stringify(line))));
});
