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
  shop = await openShop({ orders: 900 });
  catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
});
afterEach(() => shop.control('faults', { faults: [] }));

function read(streams: readonly string[], state?: unknown): Promise<Outcome> {
  const wanted = fileWith(configured(catalog, 'incremental', streams));
  const args = ['read', '--config', shop.config, '--catalog', wanted];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

async function expectAllOrders(outcome: Outcome): Promise<void> {
  const numbers = recordsOf(outcome, 'orders').map(({ data }) => (data as { number: number }).number);
  expect(outcome.code).toBe(0);
  expect(numbers).toHaveLength((await shop.counts()).orders ?? -1);
  expect(new Set(numbers).size).toBe(numbers.length);
}

/** Each strikes the fifth and the sixth request, in the middle of the pages; test/unit/sync/fault-rates.test.ts has all kinds. */
describe.each([
  { kind: '502-html' },
  { kind: 'reset' },
  { kind: 'partial-internal' },
  { kind: 'html' },
  { kind: 'throttle', retryAfter: 'epoch', seconds: 1 },
  { kind: 'throttle', retryAfter: 'date-time', seconds: 1 },
  { kind: 'throttle', retryAfter: 'delta-seconds', seconds: 1 },
  { kind: 'throttle', retryAfter: 'http-date', seconds: 1 },
])('$kind $retryAfter', (fault) => {
  test('costs no row and doubles none', async () => {
    await shop.control('faults', { faults: [{ ...fault, after: 4, times: 2 }] });
    const outcome = await read(['orders']);
    await expectAllOrders(outcome);
    expect(logsOf(outcome).join('\n')).toMatch(/follows in|limits are used up/);
  });
});

test('while it waits for the limits, the platform is told until when', async () => {
  await shop.control('faults', {
    faults: [{ kind: 'throttle', retryAfter: 'epoch', seconds: 2, after: 4, times: 1 }],
  });
  const { messages } = await read(['orders']);
  const reasons = messages.flatMap(({ trace }) => trace?.stream_status?.reasons ?? []);
  expect(reasons).toMatchObject([
    { type: 'RATE_LIMITED', rate_limited: { quota_reset: expect.any(Number) } },
  ]);
});

test('the limits of a small plan slow a read down, and cost it nothing', async () => {
  const requests = { tenSeconds: 20, oneHour: 5_000 };
  const complexity = { tenSeconds: 150_000, oneHour: 20_000_000 };
  const small = await openShop({
    orders: 900,
    clockFrozen: false,
    plan: { requests, complexity, mutations: requests },
  });
  await small.control('limits', { drain: { requests: 17 } });
  const wanted = fileWith(configured(catalog, 'incremental', ['orders']));
  await expectAllOrders(await sourceCentra(['read', '--config', small.config, '--catalog', wanted]));
});

describe('a live schema that differs', () => {
  afterEach(() => shop.control('schema', { remove: [] }));

  test.each([
    ['no Connection of orders', ['Query.orderConnection'], 'orders'],
    ['no Connection of returns', ['Query.returnConnection'], 'returns'],
    ['no status of a return', ['Return.returnStatus', 'ReturnFilter.returnStatus'], 'returns'],
    ['no shipment of a return', ['Return.shipment'], 'returns'],
    ['no filter by date', ['ReturnFilter.createdAt'], 'returns'],
    ['no sort by ascending ids', ['ReturnSort.id_ASC'], 'returns'],
  ])('%s: the stream is read all the same', async (_, remove, stream) => {
    await shop.control('schema', { remove });
    const outcome = await read([stream]);
    expect(outcome.code).toBe(0);
    expect(recordsOf(outcome, stream)).toHaveLength((await shop.counts())[stream] ?? -1);
  });

  test.each([
    [
      'no list of returns',
      ['Query.returns', 'Query.returnConnection', 'Counters.returns'],
      ['returns', 'return_lines'],
    ],
    ['no key', ['ReturnLine.id'], ['return_lines']],
  ])('%s: those streams fail with the reason, the others are read', async (_, remove, failing) => {
    await shop.control('schema', { remove });
    const outcome = await read(['orders', 'returns', 'return_lines']);
    expect(outcome.code).toBe(2);
    expect(recordsOf(outcome, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
    const errors = outcome.messages.flatMap(({ trace }) => trace?.error ?? []);
    expect(errors.map(({ stream_descriptor }) => stream_descriptor?.name).sort()).toEqual(
      [...failing].sort(),
    );
    for (const { message } of errors) expect(message).toMatch(/cannot be read: .+/);
  });
});

test('orders that change while they are paged are not lost', async () => {
  const first = read(['orders']);
  for (let round = 0; round < 8; round += 1) {
    await shop.change({ kind: 'orders.update', count: 20 });
    await shop.advance(5);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const outcome = await first;
  await shop.advance(60);
  const second = await read(['orders'], lastStates(outcome));
  const rows = (await shop.control('ids?root=orders')) as { number: number; updatedAt: string }[];
  const latest = new Map(
    [outcome, second]
      .flatMap((part) => recordsOf(part, 'orders'))
      .map(({ data }) => {
        const { number, updated_at } = data as { number: number; updated_at: string };
        return [number, Date.parse(updated_at)];
      }),
  );
  expect(latest).toEqual(new Map(rows.map(({ number, updatedAt }) => [number, Date.parse(updatedAt)])));
});
