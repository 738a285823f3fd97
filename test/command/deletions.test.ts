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

  test('where Centra has not enabled it, check and read say so', async () => {
    const shop = await openShop({ events: false }, { events: true });
    const checked = await sourceCentra(['check', '--config', shop.config]);
    const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
    expect(status).toMatchObject({
      status: 'FAILED',
      message:
        'The events system is not enabled for this shop. Ask Centra to enable it, or set "events" to false.',
    });
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
