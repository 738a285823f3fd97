import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diagnosis } from '../../src/workbench/doctor/diagnosis.ts';
import { fileWith, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const golden = (name: string) => join(import.meta.dirname, '..', 'golden', 'doctor', `${name}.txt`);

async function doctor(shop: Pick<TestShop, 'config'>, more: readonly string[] = []) {
  return sourceCentra(['doctor', '--config', shop.config, ...more], { isForPeople: true });
}

async function diagnosisOf(shop: Pick<TestShop, 'config'>): Promise<Diagnosis> {
  const { code, stdout, stderr } = await doctor(shop, ['--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Diagnosis;
}

/** Without what differs from run to run. */
function steady(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/took .*\.$/gm, 'took TIME.')
    .replace(/clock is .* this machine's/, "clock is SOME TIME behind this machine's")
    .replace(/source-centra \d+\.\d+\.\d+/, 'source-centra VERSION');
}

/** What was found out about the fact of a name. */
function verdictOn({ facts }: Diagnosis, name: string): string {
  const found = facts.find(({ fact }) => fact === name);
  return `${found?.verdict}: ${found?.how}`;
}

test('a shop as we know it', async () => {
  const shop = await openShop({ orders: 200, plan: 'growth' });
  const { code, stdout, stderr } = await doctor(shop);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  await expect(steady(stdout)).toMatchFileSnapshot(golden('as-we-know-it'));
});

test('it changes nothing, and asks little', async () => {
  const shop = await openShop({ orders: 200 });
  await doctor(shop);
  const requests = (await shop.control('requests')) as { rootFields: string[]; complexity: number }[];
  expect(requests.length).toBeLessThan(20);
  expect(requests.reduce((sum, { complexity }) => sum + complexity, 0)).toBeLessThan(10_000);
  const known = ['__schema', 'rateLimits', 'orders', 'returns', 'purchaseOrderDeliveries', 'warehouses'];
  const asked = new Set(requests.flatMap(({ rootFields }) => rootFields));
  expect([...asked].sort()).toEqual([...known, 'counters', 'eventListeners', 'events'].sort());
});

test('a shop that differs in everything that can be seen', async () => {
  const shop = await openShop({ orders: 120, plan: 'growth', hiddenOrders: ['archived'] });
  await shop.control('schema', {
    remove: [
      'Order.market',
      'Order.isLocked',
      'Return.shipment',
      'Query.returns(sort)',
      'OrderLine.shippedQuantity',
      'Order.totals',
      'ReturnStatus.PENDING',
      'Product.weight',
    ],
    add: `
      extend interface Order { isLockedNow: Boolean! totals(kind: String!): OrderTotals }
      extend type DirectToConsumerOrder { isLockedNow: Boolean! totals(kind: String!): OrderTotals }
      extend type WholesaleOrder { isLockedNow: Boolean! totals(kind: String!): OrderTotals }
      extend type Brand { mood: String }
      enum Mood { GOOD }`,
    unknown: ['implementations:OrderLine', 'enum-values:OrderStatus'],
  });
  const { code, stdout } = await doctor(shop);
  expect(code).toBe(0);
  await expect(steady(stdout)).toMatchFileSnapshot(golden('another-shop'));
  const diagnosis = await diagnosisOf(shop);
  expect(diagnosis.schema.differences).toEqual(
    expect.arrayContaining([
      { kind: 'missing', element: 'Order.market' },
      { kind: 'renamed', element: 'Order.isLocked', live: 'isLockedNow' },
      { kind: 'nullable', element: 'Order.totals', bundled: 'OrderTotals!', live: 'OrderTotals' },
      { kind: 'new required argument', element: 'Order.totals(kind)', live: 'String!' },
      { kind: 'missing', element: 'Query.returns(sort)' },
      { kind: 'new implementation', element: 'OrderLine', live: 'UnheardOrderLine' },
      { kind: 'new value', element: 'OrderStatus.UNHEARD_OF' },
      { kind: 'missing', element: 'ReturnStatus.PENDING' },
    ]),
  );
  const elements = diagnosis.schema.differences.map(({ element }) => element);
  expect(elements).not.toContain('Mood');
  expect(diagnosis.schema.elsewhere.new).toBeGreaterThanOrEqual(2);
  expect(verdictOn(diagnosis, 'Order.market')).toBe('refuted: the schema has no Order.market');
  expect(verdictOn(diagnosis, 'Order.isLocked')).toBe(
    'refuted: the schema has no Order.isLocked, and isLockedNow may be what it is called here',
  );
  expect(verdictOn(diagnosis, 'Order.pricelist')).toMatch(/^confirmed: /);
  expect(verdictOn(diagnosis, 'orders-all-come')).toMatch(
    /^refuted: \d+ orders are counted, and \d+ by status$/,
  );
  const { found } = diagnosis.orders;
  expect(found?.by_status).toBe((found?.all ?? 0) + (found?.statuses.ARCHIVED ?? 0));
});

test('introspection refused: what pages show is known, and all else is found out as ever', async () => {
  const shop = await openShop({ orders: 120, introspection: { mode: 'refused' } });
  const diagnosis = await diagnosisOf(shop);
  expect(diagnosis.schema).toEqual({
    is_live: false,
    failure: 'Centra refused the query for its schema: GraphQL introspection is not allowed.',
    differences: [],
    elsewhere: {},
  });
  expect(verdictOn(diagnosis, 'PurchaseOrderDelivery.ETA')).toBe('confirmed: a page with it was answered');
  expect(verdictOn(diagnosis, 'Order.totals')).toBe(
    'unknown: a page with it was answered; the rest only a schema can show',
  );
  expect(verdictOn(diagnosis, 'ReturnSort.id_ASC')).toBe('unknown: the API does not show its schema');
  expect(verdictOn(diagnosis, 'cost-formula')).toMatch(/^confirmed: /);
  expect(diagnosis.streams.every(({ is_readable: isReadable }) => isReadable)).toBe(true);
});

test('each probe fails by itself', async () => {
  const shop = await openShop({ orders: 60, introspection: { mode: 'refused' } });
  await shop.control('schema', {
    remove: [
      'Query.rateLimits',
      'Query.counters',
      'Query.orderConnection',
      'Query.events',
      'Query.eventListeners',
      'Query.orders',
    ],
  });
  const { code, stdout } = await doctor(shop);
  expect(code).toBe(0);
  for (const name of ['its schema', 'its rate limits', 'orders', 'the events system'])
    expect(stdout).toContain(`Centra refused the query for ${name}:`);
  const diagnosis = await diagnosisOf(shop);
  expect(diagnosis.limits.failure).toContain('Cannot query field "rateLimits"');
  expect(diagnosis.orders.failure).toContain('Cannot query field');
  expect(diagnosis.events.listeners.failure).toContain('Cannot query field "eventListeners"');
  expect(diagnosis.events.conclusion).toBe('Whether events are on could not be asked.');
  const unreadable = diagnosis.streams.filter(({ is_readable: isReadable }) => !isReadable);
  expect(unreadable.map(({ stream }) => stream)).toEqual(['orders', 'order_lines']);
  expect(verdictOn(diagnosis, 'filter-ends-included')).toMatch(/^unknown: /);
});

test('an API without counters and connections', async () => {
  const shop = await openShop({ orders: 60 });
  await shop.control('schema', { remove: ['Query.counters', 'Query.orderConnection'] });
  const diagnosis = await diagnosisOf(shop);
  expect(diagnosis.orders).toEqual({ failure: 'This API does not count orders.' });
  expect(verdictOn(diagnosis, 'filter-ends-included')).toBe(
    'unknown: there is no order, or no count of orders',
  );
});

test('the permissions that a token lacks, those behind others too', async () => {
  const shop = await openShop({ orders: 120, plan: 'growth' });
  const denied = [
    'Return:read',
    'Order.shippingAddress:read',
    'Customer:read',
    'ProductSize:read',
    'Event:read',
  ];
  await shop.control('permissions', { deny: denied });
  const { stdout } = await doctor(shop);
  await expect(steady(stdout)).toMatchFileSnapshot(golden('restricted-token'));
  const { permissions, streams, events } = await diagnosisOf(shop);
  expect(permissions.missing.map(({ permission }) => permission)).toEqual([
    'Customer:read',
    'Order.shippingAddress:read',
    'ProductSize:read',
    'Return:read',
  ]);
  expect(permissions.missing.at(-1)?.streams).toEqual(['returns', 'return_lines']);
  expect(streams.filter(({ is_readable: isReadable }) => isReadable).map(({ stream }) => stream)).toEqual([
    'orders',
    'order_lines',
    'indeliveries',
    'indelivery_lines',
  ]);
  expect(events.listeners.failure).toContain('Event:read');
});

test('an event that waits shows that events are on, and how it names its object', async () => {
  const shop = await openShop({ orders: 60, events: true });
  const query = 'mutation { setEventListeners(input: [{ objectType: Order }]) { userErrors { message } } }';
  await fetch(shop.endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await shop.change({ kind: 'orders.update', count: 1 });
  for (let time = 1; time <= 2; time += 1) {
    // Nothing was confirmed: it waits for the next one too.
    const diagnosis = await diagnosisOf(shop);
    expect(diagnosis.events).toEqual({
      listeners: { found: ['Order'] },
      waiting: { found: { object_type: 'Order', change_type: 'UPDATED' } },
      conclusion: 'Events are on: one waits.',
    });
    expect(verdictOn(diagnosis, 'event-reference')).toBe('confirmed: it is a number, and one order has it');
  }
});

test('a token that is refused, and a shop that does not answer', async () => {
  const shop = await openShop({ orders: 60 });
  const refused = await doctor({ config: fileWith({ endpoint: shop.endpoint, api_token: 'wrong' }) });
  expect(refused.code).toBe(3);
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toContain('Centra refused the API token');
  const nobody = await doctor({
    config: fileWith({ endpoint: 'http://127.0.0.1:9/graphql', api_token: 'x' }),
  });
  expect(nobody.code).toBe(4);
  expect(nobody.stderr).toContain('127.0.0.1:9 refuses connections');
});
