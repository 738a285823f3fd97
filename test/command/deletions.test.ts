import { beforeAll, describe, expect, test } from 'vitest';
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

const DAY_SECONDS = 86_400;

function readerOf(shop: TestShop, catalog: AirbyteCatalog, streams: readonly string[]) {
  const wanted = fileWith(configured(catalog, 'incremental', streams));
  const args = ['read', '--config', shop.config, '--catalog', wanted];
  return (before?: Outcome) =>
    sourceCentra(before === undefined ? args : [...args, '--state', fileWith(lastStates(before))]);
}

/** The records of a stream that mark rows as deleted. */
function tombstonesOf(outcome: Outcome, stream: string): readonly Readonly<Record<string, unknown>>[] {
  return recordsOf(outcome, stream)
    .map(({ data }) => data as Readonly<Record<string, unknown>>)
    .filter((data) => data._ab_cdc_deleted_at !== undefined);
}

interface Waiting {
  readonly changeType: string;
  readonly objectReference: unknown;
}

/** The events that wait in the queue of the main token. */
async function waitingAt(shop: TestShop): Promise<readonly Waiting[]> {
  const query = '{ events(limit: 200) { objectReference changeType } }';
  const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
  const answer = await fetch(shop.endpoint, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return ((await answer.json()) as { data: { events: Waiting[] } }).data.events;
}

describe('without the events system', () => {
  let shop: TestShop;
  let catalog: AirbyteCatalog;
  beforeAll(async () => {
    shop = await openShop({}, { reconcile_days_back: 365 });
    catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  });

  test('what can be told to be deleted has the columns for it', () => {
    const marked = catalog.streams.filter(
      ({ json_schema }) => '_ab_cdc_deleted_at' in (json_schema as { properties: object }).properties,
    );
    expect(marked.map(({ name }) => name).sort()).toEqual([
      'indeliveries',
      'indelivery_lines',
      'return_lines',
      'returns',
    ]);
  });

  test('returns that are reopened or deleted after they were final come with the next comparison', async () => {
    const read = readerOf(shop, catalog, ['returns', 'return_lines']);
    const first = await read();
    const lines = recordsOf(first, 'return_lines').map(
      ({ data }) => data as { return_id: number; return_line_id: number },
    );
    const { returns: reopened = [] } = await shop.change({ kind: 'returns.reopen', count: 2 });
    const rows = (await shop.control('ids?root=returns')) as {
      id: number;
      status: string;
      createdAt: string;
    }[];
    const recent = rows
      .filter(({ id, status }) => status === 'COMPLETED' && !reopened.includes(id))
      .slice(-2)
      .map(({ id }) => id);
    await shop.change({ kind: 'returns.delete', ids: recent });
    await shop.advance(3_600);
    const early = await read(first);
    expect(recordsOf(early)).toEqual([]);
    await shop.advance(DAY_SECONDS);
    const later = await read(early);
    const kept = (id: number) =>
      lines.filter(({ return_id }) => return_id === id).map(({ return_line_id }) => return_line_id);
    expect(
      tombstonesOf(later, 'returns')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...recent].sort());
    expect(
      tombstonesOf(later, 'return_lines')
        .map(({ return_line_id }) => return_line_id)
        .sort(),
    ).toEqual(recent.flatMap(kept).sort());
    const changed = recordsOf(later, 'returns')
      .map(({ data }) => data as { id: number; status: string })
      .filter(({ status }) => status !== undefined);
    expect(changed.map(({ id, status }) => [id, status]).sort()).toEqual(
      reopened.map((id) => [id, 'PENDING']).sort(),
    );
    expect(logsOf(later).join('\n')).toMatch(
      /Compared \d+ returns since \d{4}-\d{2}-\d{2} with the shop: 2 were read again, 2 are gone\./,
    );
    expect(recordsOf(await read(later))).toEqual([]);
  });

  test('an open delivery that is removed is marked at once', async () => {
    const read = readerOf(shop, catalog, ['indeliveries', 'indelivery_lines']);
    const first = await read();
    const rows = (await shop.control('ids?root=purchaseOrderDeliveries')) as { id: number; status: string }[];
    const open = rows
      .filter(({ status }) => status !== 'INSERTED')
      .slice(0, 1)
      .map(({ id }) => id);
    await shop.change({ kind: 'deliveries.delete', ids: open });
    const second = await read(first);
    expect(tombstonesOf(second, 'indeliveries').map(({ id }) => id)).toEqual(open);
    expect(
      tombstonesOf(second, 'indelivery_lines').every(({ indelivery_id }) => indelivery_id === open[0]),
    ).toBe(true);
  });
});

test('a delivery that becomes shorter loses the rows of the places that have gone', async () => {
  const shop = await openShop({}, {});
  const read = readerOf(shop, catalogOf(await sourceCentra(['discover', '--config', shop.config])), [
    'indelivery_lines',
  ]);
  const first = await read();
  const placesOf = (outcome: Outcome, delivery: number) =>
    recordsOf(outcome, 'indelivery_lines')
      .map(({ data }) => data as { indelivery_id: number; line_number: number })
      .filter(({ indelivery_id }) => indelivery_id === delivery)
      .map(({ line_number }) => line_number);
  const { deliveries: shortened = [] } = await shop.change({
    kind: 'deliveries.shorten',
    count: 2,
    lines: 2,
  });
  expect(shortened).toHaveLength(2);
  const second = await read(first);
  const gone = tombstonesOf(second, 'indelivery_lines').map(
    ({ indelivery_id, line_number }) => `${indelivery_id}/${line_number}`,
  );
  const expected = shortened.flatMap((delivery) => {
    const before = placesOf(first, delivery);
    expect(before).toEqual(before.map((_, at) => at + 1));
    // A line is left to each.
    const lost = Math.min(2, before.length - 1);
    return before.slice(before.length - lost).map((place) => `${delivery}/${place}`);
  });
  expect(expected.length).toBeGreaterThan(1);
  expect(gone.sort()).toEqual(expected.sort());
  expect(recordsOf(await read(second))).toEqual([]);
});

test('returns that are dated back, also to before the start date, come with the next read', async () => {
  const shop = await openShop(
    {},
    { start_date: '2026-03-01', reconcile_every_hours: 24, reconcile_days_back: 30 },
  );
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  const read = readerOf(shop, catalog, ['returns', 'return_lines']);
  const idsOf = (outcome: Outcome) =>
    recordsOf(outcome, 'returns').map(({ data }) => (data as { id: number }).id);
  const first = await read();
  const { returns: back = [] } = await shop.change(
    { kind: 'returns.create', count: 2, createdAt: '2025-06-01T10:00:00Z' },
    { kind: 'returns.create', count: 1, createdAt: '2026-04-15T10:00:00Z' },
  );
  await shop.advance(60);
  const second = await read(first);
  expect(back).toHaveLength(3);
  expect(idsOf(second).sort()).toEqual([...back].sort());
  expect(logsOf(second).join('\n')).toContain(
    '3 new returns have a date of the past, and were read as well.',
  );
  expect(idsOf(await read(second))).toEqual([]);
  // What counts is when it was first seen: the comparison finds that it was completed, un-completed, and deleted.
  await shop.change({ kind: 'returns.complete', ids: back });
  const completed = await read(second);
  expect(idsOf(completed).sort()).toEqual([...back].sort());
  const [deleted = 0, reopened = 0] = back;
  await shop.change({ kind: 'returns.delete', ids: [deleted] }, { kind: 'returns.reopen', ids: [reopened] });
  await shop.advance(DAY_SECONDS);
  const compared = await read(completed);
  expect(tombstonesOf(compared, 'returns').map(({ id }) => id)).toEqual([deleted]);
  expect(idsOf(compared).sort()).toEqual([deleted, reopened].sort());
});

test('a delivery that was accepted without booking is read again, daily when it is old, and never forgotten', async () => {
  const shop = await openShop({}, { reconcile_every_hours: 0 });
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  const read = readerOf(shop, catalog, ['indeliveries']);
  const first = await read();
  const { deliveries = [] } = await shop.change({ kind: 'deliveries.accept', count: 1, book: false });
  const second = await read(first);
  expect(recordsOf(second).map(({ data }) => (data as { id: number }).id)).toEqual(deliveries);
  const askedAgain = async (before: Outcome) => {
    await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
    const outcome = await read(before);
    const requests = (await shop.control('requests')) as { variables?: { where?: { id?: number[] } } }[];
    const asked = requests.some(({ variables }) => variables?.where?.id?.includes(deliveries[0] ?? 0));
    return { outcome, asked };
  };
  const young = await askedAgain(second);
  expect(young.asked).toBe(true);
  await shop.advance(20 * DAY_SECONDS);
  const old = await askedAgain(young.outcome);
  expect(old.asked).toBe(true);
  await shop.advance(3_600);
  const sameDay = await askedAgain(old.outcome);
  expect(sameDay.asked).toBe(false);
  await shop.advance(DAY_SECONDS);
  const nextDay = await askedAgain(sameDay.outcome);
  expect(nextDay.asked).toBe(true);
  await shop.change({ kind: 'deliveries.delete', ids: deliveries });
  await shop.advance(DAY_SECONDS);
  const gone = await read(nextDay.outcome);
  expect(logsOf(gone).join('\n')).toContain('1 deliveries that were open are gone from the shop');
});

test('a row whose key is null is counted, told, and not written', async () => {
  const tenant = fileWith({
    version: 1,
    streams: {
      delivered_sizes: {
        from: 'purchaseOrderDeliveries',
        each: 'lines',
        key: ['delivery', 'size'],
        columns: { delivery: '^id', size: 'productSize.id', quantity: 'quantity' },
      },
    },
  });
  const shop = await openShop(
    { schema: { nullableNull: ['PurchaseOrderDeliveryLine.productSize'] } },
    { tenant_catalog: { source: 'file', path: tenant } },
  );
  const { indelivery_lines: lines } = await shop.counts();
  const outcome = await sourceCentra(['read', '--config', shop.config, '--only', 'delivered_sizes']);
  expect(outcome.code).toBe(0);
  expect(recordsOf(outcome)).toEqual([]);
  expect(logsOf(outcome).join('\n')).toContain(
    `delivered_sizes: 0 records; ${lines} rows not written, because their key is null: size is null.`,
  );
});

describe('with the events system', () => {
  test('changes and deletions come from it, and are confirmed by the read after', async () => {
    const shop = await openShop({ events: true }, { events: true });
    const discovered = await sourceCentra(['discover', '--config', shop.config]);
    const read = readerOf(shop, catalogOf(discovered), ['orders', 'returns', 'return_lines']);
    const waiting = async () => {
      const query = '{ events(limit: 200) { id objectReference changeType } }';
      const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
      const answer = await fetch(shop.endpoint, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return ((await answer.json()) as { data: { events: unknown[] } }).data.events.length;
    };
    const first = await read();
    const { orders: goneOrders = [] } = await shop.change({ kind: 'orders.delete', count: 1 });
    const { returns: reopened = [] } = await shop.change({ kind: 'returns.reopen', count: 1 });
    const { returns: goneReturns = [] } = await shop.change({ kind: 'returns.delete', count: 1 });
    await shop.advance(60);
    expect(await waiting()).toBeGreaterThan(0);
    const second = await read(first);
    const numbers = new Map(
      recordsOf(first, 'orders').map(({ data }) => [
        (data as { number: number }).number,
        (data as { id: string }).id,
      ]),
    );
    expect(tombstonesOf(second, 'orders').map(({ id }) => id)).toEqual(
      goneOrders.map((number) => numbers.get(number)),
    );
    expect(tombstonesOf(second, 'returns').map(({ id }) => id)).toEqual(goneReturns);
    expect(recordsOf(second, 'returns').map(({ data }) => (data as { id: number }).id)).toEqual(
      expect.arrayContaining([...reopened]),
    );
    // Only a state that came back proves that the records were taken in.
    expect(await waiting()).toBeGreaterThan(0);
    const again = await read(first);
    expect(tombstonesOf(again, 'orders')).toEqual(
      tombstonesOf(second, 'orders').map((row) => expect.objectContaining({ id: row.id })),
    );
    const third = await read(second);
    expect(recordsOf(third)).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  test('where Centra has not switched it on, nothing errs; rows that change without an event are worth one warning', async () => {
    const shop = await openShop({ events: false }, { events: true });
    const checked = await sourceCentra(['check', '--config', shop.config]);
    const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
    expect(status).toMatchObject({ status: 'SUCCEEDED' });
    expect(logsOf(checked).join('\n')).toContain(
      'The token may use the events system, and listens to nothing yet: the first read sees to that. Whether Centra has switched it on cannot be asked',
    );
    const read = readerOf(shop, catalogOf(await sourceCentra(['discover', '--config', shop.config])), [
      'orders',
    ]);
    const silent = (outcome: Outcome) =>
      logsOf(outcome).filter((line) => line.includes('told of none of them'));
    const first = await read();
    expect(silent(first)).toEqual([]);
    await shop.advance(600);
    const quiet = await read(first);
    expect(silent(quiet)).toEqual([]);
    await shop.advance(600);
    await shop.change({ kind: 'orders.update', count: 4 });
    await shop.advance(600);
    const second = await read(quiet);
    expect(recordsOf(second, 'orders')).toHaveLength(4);
    expect(silent(second)).toEqual([expect.stringContaining('4 orders changed since the last read')]);
    const listening = await sourceCentra(['check', '--config', shop.config]);
    expect(logsOf(listening).join('\n')).toContain('and listens to Order.');
  });

  test('without a permission for it, check fails and says which', async () => {
    const shop = await openShop({ events: true }, { events: true });
    await shop.control('permissions', { deny: ['Event:read'] });
    const checked = await sourceCentra(['check', '--config', shop.config]);
    const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
    expect(status).toMatchObject({ status: 'FAILED', message: expect.stringContaining('Event:read') });
  });

  test('changes that the windows find are confirmed at once, and leave room for what comes behind them', async () => {
    const shop = await openShop({ events: true }, { events: true });
    const read = readerOf(shop, catalogOf(await sourceCentra(['discover', '--config', shop.config])), [
      'orders',
    ]);
    const first = await read();
    // More than one page of the queue, then a deletion.
    await shop.change({ kind: 'orders.update', count: 250 });
    const { orders: gone = [] } = await shop.change({ kind: 'orders.delete', count: 1 });
    await shop.advance(600);
    const second = await read(first);
    const changed = recordsOf(second, 'orders').length - 1;
    expect([249, 250]).toContain(changed);
    expect(tombstonesOf(second, 'orders')).toHaveLength(1);
    const waiting = await waitingAt(shop);
    expect(waiting).toEqual([{ changeType: 'DELETED', objectReference: gone[0] }]);
    expect(await read(second).then((third) => recordsOf(third))).toEqual([]);
    expect(await waitingAt(shop)).toEqual([]);
  });

  test('without room in the configured catalog, deletions stay in the queue, and one warning says so', async () => {
    const shop = await openShop({ events: true }, { events: true });
    const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
    const streams = catalog.streams.map((stream) => {
      const { properties, ...schema } = stream.json_schema as { properties: Record<string, unknown> };
      const { _ab_cdc_deleted_at: _, ...kept } = properties;
      return { ...stream, json_schema: { ...schema, properties: kept } };
    });
    const read = readerOf(shop, { ...catalog, streams } as AirbyteCatalog, ['orders']);
    const first = await read();
    await shop.change({ kind: 'orders.delete', count: 2 });
    await shop.advance(600);
    const second = await read(first);
    expect(recordsOf(second)).toEqual([]);
    expect(
      logsOf(second).filter((line) => line.includes('has no room for them: 2 of orders (orders)')),
    ).toHaveLength(1);
    await read(second);
    expect(await waitingAt(shop)).toHaveLength(2);
  });

  test('an order is named by its number where that is the key, and else by what the state remembers', async () => {
    const tenant = fileWith({
      version: 1,
      streams: {
        by_number: { from: 'orders', key: ['number'], columns: { number: 'number', status: 'status' } },
        by_hash: { from: 'orders', key: ['order_id'], columns: { order_id: 'id', status: 'status' } },
      },
    });
    const shop = await openShop(
      { events: true },
      { events: true, tenant_catalog: { source: 'file', path: tenant } },
    );
    const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
    const read = readerOf(shop, catalog, ['by_number', 'by_hash']);
    const rows = (await shop.control('ids?root=orders')) as { number: number; id: string }[];
    const [first, second] = [rows[3], rows[7]];
    const before = await read();
    await shop.change({ kind: 'orders.delete', numbers: [first?.number] });
    await shop.advance(600);
    const known = await read(before);
    expect(tombstonesOf(known, 'by_number')).toMatchObject([{ number: first?.number }]);
    expect(tombstonesOf(known, 'by_hash')).toMatchObject([{ order_id: first?.id }]);
    // A state that an earlier version wrote remembers no ids.
    const forgetful = lastStates(known).map((message) => {
      const copy = JSON.parse(JSON.stringify(message));
      delete copy.state?.stream?.stream_state?.parents;
      delete copy.stream?.stream_state?.parents;
      return copy;
    });
    expect(JSON.stringify(forgetful)).not.toContain('parents');
    await shop.change({ kind: 'orders.delete', numbers: [second?.number] });
    await shop.advance(600);
    const args = ['read', '--config', shop.config, '--state', fileWith(forgetful), '--catalog'];
    const unknown = await sourceCentra([
      ...args,
      fileWith(configured(catalog, 'incremental', ['by_number', 'by_hash'])),
    ]);
    expect(tombstonesOf(unknown, 'by_number')).toMatchObject([{ number: second?.number }]);
    expect(tombstonesOf(unknown, 'by_hash')).toEqual([]);
    expect(logsOf(unknown).join('\n')).toContain(
      `The shop deleted the orders with the number ${second?.number}, and by_hash cannot mark them`,
    );
  });

  test('check warns that the queue belongs to the name of the token', async () => {
    const shop = await openShop({ events: true }, { events: true });
    const checked = await sourceCentra(['check', '--config', shop.config]);
    expect(logsOf(checked).join('\n')).toContain('integration name');
  });
});

test('a slice of the past is read beside the state', async () => {
  const shop = await openShop();
  const args = [
    'read',
    '--config',
    shop.config,
    '--only',
    'orders',
    '--from',
    '2026-01-01',
    '--to',
    '2026-02-01',
  ];
  const outcome = await sourceCentra(args);
  expect(outcome.code).toBe(0);
  expect(outcome.messages.some(({ type }) => type === 'STATE')).toBe(false);
  const rows = (await shop.control('ids?root=orders')) as { updatedAt: string }[];
  const inside = rows.filter(({ updatedAt }) => {
    const timeMs = Date.parse(updatedAt);
    return timeMs >= Date.parse('2026-01-01T00:00:00Z') && timeMs <= Date.parse('2026-02-01T00:00:00Z');
  });
  expect(inside.length).toBeGreaterThan(0);
  expect(recordsOf(outcome, 'orders')).toHaveLength(inside.length);
});

test.each([
  ['--to without --from', ['--only', 'orders', '--to', '2026-02-01'], '--to needs a beginning.'],
  [
    'a slice that ends before it begins',
    ['--only', 'orders', '--from', '2026-02-01', '--to', '2026-01-01'],
    'The slice ends before it begins.',
  ],
  ['a time that is none', ['--only', 'orders', '--from', 'yesterday'], '--from is not a time: yesterday.'],
])('%s is refused', async (_, args, message) => {
  const outcome = await sourceCentra([
    'read',
    '--config',
    fileWith({ endpoint: 'https://acme.centra.com/graphql', api_token: 'x' }),
    ...args,
  ]);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(message);
});
