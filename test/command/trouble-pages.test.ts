import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  recordsOf,
  sourceCentra,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

let shop: TestShop;
let catalog: AirbyteCatalog;

beforeAll(async () => {
  shop = await openShop({ orders: 420 });
  catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
});
afterEach(async () => {
  await shop.control('faults', { faults: [] });
  await shop.control('slow-above', {});
  await shop.control('unservable', { orders: [] });
});

function read(streams: readonly string[], state?: unknown): Promise<Outcome> {
  const wanted = fileWith(configured(catalog, 'incremental', streams));
  const args = ['read', '--config', shop.config, '--catalog', wanted];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

const numbersIn = (outcome: Outcome) =>
  recordsOf(outcome, 'orders').map(({ data }) => (data as { number: number }).number);

async function expectAllOrders(outcome: Outcome): Promise<void> {
  const numbers = numbersIn(outcome);
  expect(outcome.code, logsOf(outcome).join('\n')).toBe(0);
  expect(numbers).toHaveLength((await shop.counts()).orders ?? -1);
  expect(new Set(numbers).size).toBe(numbers.length);
}

function failuresOf({ messages }: Outcome): readonly string[] {
  return messages.flatMap(({ trace }) => trace?.error?.message ?? []);
}

describe('too much at once', () => {
  test('an API that is too slow for 200 rows is asked for fewer, down to what it can do', async () => {
    await shop.control('slow-above', { rows: 30 });
    await expectAllOrders(await read(['orders', 'order_lines']));
  });

  test('lists inside rows are read in small pages too', async () => {
    await shop.control('slow-above', { rows: 30 });
    const outcome = await read(['inventory']);
    expect(outcome.code, logsOf(outcome).join('\n')).toBe(0);
    expect(recordsOf(outcome, 'inventory')).toHaveLength((await shop.counts()).inventory ?? -1);
  });

  test.each(['499', '504', '413', '500', 'internal'])(
    '%s in the middle of a read makes the pages smaller, and costs no row',
    async (kind) => {
      await shop.control('faults', { faults: [{ kind, after: 6, times: 4, match: 'orderConnection' }] });
      await expectAllOrders(await read(['orders']));
    },
  );
});

describe('an order that the API cannot serve', () => {
  test('is named and set aside, and the others are read', async () => {
    const { orders = [] } = await numbersByRoot();
    const bad = orders[217] ?? 0;
    await shop.control('unservable', { orders: [bad] });
    const first = await read(['orders', 'order_lines']);
    expect(first.code).toBe(4);
    expect(numbersIn(first)).toHaveLength(orders.length - 1);
    expect(numbersIn(first)).not.toContain(bad);
    for (const message of failuresOf(first)) expect(message).toMatch(`${bad} (its field lines fails)`);
    expect(failuresOf(first)).toHaveLength(2);

    const second = await read(['orders', 'order_lines'], lastStates(first));
    expect(second.code).toBe(0);
    expect(failuresOf(second)).toEqual([]);
    expect(logsOf(second).join('\n')).toMatch(`orders: 1 of the orders set aside since`);

    await shop.control('unservable', { orders: [] });
    const third = await read(['orders', 'order_lines'], lastStates(second));
    expect(third.code).toBe(0);
    expect(numbersIn(third)).toContain(bad);
    expect(logsOf(third).join('\n')).toMatch(`${bad}, set aside since`);
    expect(logsOf(third).join('\n')).toMatch('can be read again and is written');
    expect(JSON.stringify(lastStates(third))).not.toMatch('set_aside');
  });

  test('when none can be served, no order is blamed: the streams fail', async () => {
    const { orders = [] } = await numbersByRoot();
    await shop.control('unservable', { orders });
    const outcome = await read(['orders', 'order_lines']);
    expect(outcome.code).toBe(4);
    expect(failuresOf(outcome)[0]).toMatch('lines');
    expect(JSON.stringify(lastStates(outcome))).not.toMatch('set_aside');
  });
});

async function numbersByRoot(): Promise<{ readonly orders: readonly number[] }> {
  const rows = (await shop.control('ids?root=orders')) as { number: number }[];
  return { orders: rows.map(({ number }) => number) };
}
