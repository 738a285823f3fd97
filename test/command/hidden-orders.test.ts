import { expect, test } from 'vitest';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  recordsOf,
  sourceCentra,
  statesOf,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const ORDERS = 60;

async function read(shop: TestShop, state?: unknown): Promise<Outcome> {
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  const wanted = fileWith(configured(catalog, 'incremental', ['orders', 'order_lines']));
  const args = ['read', '--config', shop.config, '--catalog', wanted];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

const numbersOf = (outcome: Outcome) =>
  recordsOf(outcome, 'orders')
    .map(({ data }) => (data as { number: number }).number)
    .sort((a, b) => a - b);

const saidOf = (outcome: Outcome) => logsOf(outcome).filter((line) => line.includes('This shop lists'));

/** A shop whose orders are all plain, but for those that the test names. */
async function plainShop(): Promise<{ shop: TestShop; numbers: readonly number[] }> {
  const shop = await openShop({ orders: ORDERS });
  const rows = (await shop.control('ids?root=orders')) as { number: number }[];
  const numbers = rows.map(({ number }) => number).sort((a, b) => a - b);
  const set = { status: 'SHIPPED', isOnHold: false, isWaitingForPayment: false };
  await shop.change({ kind: 'orders.update', numbers, set });
  await shop.advance(60);
  return { shop, numbers };
}

test('orders that lists leave out are found by counting, and each comes once', async () => {
  const { shop, numbers } = await plainShop();
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbers;
  await shop.change(
    { kind: 'orders.update', numbers: [a, b, c], set: { status: 'ARCHIVED' } },
    { kind: 'orders.update', numbers: [c, d], set: { isOnHold: true } },
    { kind: 'orders.update', numbers: [e], set: { isWaitingForPayment: true } },
  );
  await shop.control('hidden-orders', { hidden: ['archived', 'onHold', 'waitingForPayment'] });
  await shop.advance(60);
  const first = await read(shop);
  expect(first.code).toBe(0);
  expect(numbersOf(first)).toEqual(numbers);
  // 60 orders; a, b, c are archived, c and d on hold, e waits for payment: the list has 55.
  expect(saidOf(first)).toEqual([
    'INFO This shop lists 55 orders and has 60: the filter names every status, isOnHold and isWaitingForPayment, so that none is left out.',
  ]);
  const lines = recordsOf(first, 'order_lines').map(
    ({ data }) => (data as { order_line_id: unknown }).order_line_id,
  );
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toHaveLength((await shop.counts()).order_lines ?? -1);
  for (const { stream } of statesOf(first))
    expect(stream?.stream_state).toMatchObject({ named: ['status', 'isOnHold', 'isWaitingForPayment'] });

  // What the state remembers, the next read does without counting: a change of a hidden order is found.
  await shop.change({ kind: 'orders.update', numbers: [c, f], set: { externalId: 'again' } });
  await shop.advance(600);
  const second = await read(shop, lastStates(first));
  expect(numbersOf(second)).toEqual(expect.arrayContaining([c, f]));
  expect(numbersOf(second).filter((number) => number !== c && number !== f)).toEqual([]);
  expect(saidOf(second)).toEqual([]);
});

test('only what is left out is named', async () => {
  const { shop, numbers } = await plainShop();
  await shop.change({ kind: 'orders.update', numbers: numbers.slice(0, 7), set: { status: 'ARCHIVED' } });
  await shop.control('hidden-orders', { hidden: ['archived'] });
  await shop.advance(60);
  const outcome = await read(shop);
  expect(numbersOf(outcome)).toEqual(numbers);
  expect(saidOf(outcome)).toEqual([
    'INFO This shop lists 53 orders and has 60: the filter names every status, so that none is left out.',
  ]);
});

test('a shop that leaves nothing out is read as ever, and so is one that cannot be counted', async () => {
  const { shop, numbers } = await plainShop();
  const outcome = await read(shop);
  expect([numbersOf(outcome), saidOf(outcome)]).toEqual([numbers, []]);
  for (const { stream } of statesOf(outcome)) expect(stream?.stream_state).not.toHaveProperty('named');
  await shop.control('schema', { remove: ['Query.orderConnection', 'Counters.orders'] });
  const uncounted = await read(shop);
  expect([uncounted.code, numbersOf(uncounted), saidOf(uncounted)]).toEqual([0, numbers, []]);
});
