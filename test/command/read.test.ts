import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
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
  statesOf,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const streams = [
  'indeliveries',
  'indelivery_lines',
  'inventory',
  'order_lines',
  'orders',
  'return_lines',
  'returns',
];

function messageValidator(): ValidateFunction {
  const schema = JSON.parse(readFileSync('schemas/airbyte-protocol.schema.json', 'utf8')) as object;
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  return ajv
    .addSchema(schema, 'protocol')
    .getSchema('protocol#/definitions/AirbyteMessage') as ValidateFunction;
}

async function discover(shop: TestShop): Promise<AirbyteCatalog> {
  return catalogOf(await sourceCentra(['discover', '--config', shop.config]));
}

function read(shop: TestShop, catalog: unknown, state?: unknown): Promise<Outcome> {
  const args = ['read', '--config', shop.config, '--catalog', fileWith(catalog)];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

/** The destination after these outputs: by stream and key, the last record wins. */
function fold(catalog: AirbyteCatalog, outcomes: readonly Outcome[]): Map<string, Map<string, unknown>> {
  const tables = new Map(catalog.streams.map(({ name }) => [name, new Map<string, unknown>()]));
  for (const { stream, data } of outcomes.flatMap((outcome) => recordsOf(outcome))) {
    const key = catalog.streams.find(({ name }) => name === stream)?.source_defined_primary_key ?? [];
    tables
      .get(stream)
      ?.set(JSON.stringify(key.map(([column = '']) => (data as Record<string, unknown>)[column])), data);
  }
  return tables;
}

describe('a shop, read from end to end', () => {
  let shop: TestShop;
  let catalog: AirbyteCatalog;
  let first: Outcome;

  beforeAll(async () => {
    shop = await openShop();
    catalog = await discover(shop);
    first = await read(shop, configured(catalog, 'incremental'));
  });

  test('every line is a message of the protocol', () => {
    const isMessage = messageValidator();
    for (const message of first.messages)
      expect(isMessage(message), JSON.stringify(isMessage.errors)).toBe(true);
  });

  test('every record fits the schema that was discovered', () => {
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    for (const { name, json_schema } of catalog.streams) {
      const fits = ajv.compile(json_schema);
      for (const { data } of recordsOf(first, name))
        expect(fits(data), `${name}: ${JSON.stringify(fits.errors)}`).toBe(true);
    }
  });

  test('each stream has as many records as the shop holds, each key once', async () => {
    expect(first.code).toBe(0);
    expect(catalog.streams.map(({ name }) => name).sort()).toEqual(streams);
    const held = await shop.counts();
    const tables = fold(catalog, [first]);
    for (const name of streams) {
      expect(recordsOf(first, name), name).toHaveLength(held[name] ?? -1);
      expect(tables.get(name)?.size, name).toBe(held[name]);
    }
  });

  test('a state follows at most a page of root rows, and counts the records before it', () => {
    const since = new Map<string, number>();
    for (const { record, state } of first.messages) {
      if (record !== undefined) since.set(record.stream, (since.get(record.stream) ?? 0) + 1);
      const name = state?.stream?.stream_descriptor.name;
      if (name === undefined) continue;
      expect(state?.sourceStats?.recordCount).toBe(since.get(name) ?? 0);
      since.set(name, 0);
    }
    expect([...since.values()].every((count) => count === 0)).toBe(true);
  });

  test('each stream starts, runs and completes', () => {
    const said = first.messages.flatMap(({ trace }) => {
      const status = trace?.stream_status;
      return status === undefined ? [] : [`${status.stream_descriptor.name} ${status.status}`];
    });
    for (const name of streams) {
      expect(said.filter((text) => text.startsWith(`${name} `))).toEqual([
        `${name} STARTED`,
        `${name} RUNNING`,
        `${name} COMPLETE`,
      ]);
    }
  });

  test('a parent and its lines come out of one fetch', async () => {
    const { streams: configuredStreams } = configured(catalog, 'full_refresh', ['orders', 'order_lines']) as {
      streams: unknown[];
    };
    await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
    await read(shop, { streams: configuredStreams });
    const requests = (await shop.control('requests')) as { rootFields: string[] }[];
    const pages = Math.ceil(((await shop.counts()).orders ?? 0) / 200);
    // One more counts before a first read whether the list leaves orders out.
    expect(requests.filter(({ rootFields }) => rootFields.includes('orderConnection'))).toHaveLength(
      pages + 1,
    );
  });

  test('deselected columns are neither fetched nor written', async () => {
    const orders = catalog.streams.find(({ name }) => name === 'orders');
    const properties = { id: {}, number: {} };
    const stream = { ...orders, json_schema: { type: 'object', properties } };
    const wanted = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }] };
    const { messages } = await read(shop, wanted);
    const records = messages.flatMap(({ record }) => (record === undefined ? [] : [record]));
    expect(records.length).toBeGreaterThan(0);
    for (const { data } of records)
      expect(Object.keys(data as object).sort()).toEqual(['id', 'number', 'updated_at']);
  });

  test('with nothing changed, an incremental read brings nothing but a new snapshot', async () => {
    const second = await read(shop, configured(catalog, 'incremental'), lastStates(first));
    const names = new Set(recordsOf(second).map(({ stream }) => stream));
    expect([...names]).toEqual(['inventory']);
  });

  test('a read goes on from any checkpoint in its middle, without a gap', async () => {
    const complete = fold(catalog, [first]);
    const lines = first.stdout.trimEnd().split('\n');
    const stateLines = lines.flatMap((line, index) => (line.startsWith('{"type":"STATE"') ? [index] : []));
    const some = stateLines.filter((_, index) => index % Math.ceil(stateLines.length / 8) === 0);
    for (const index of some) {
      const messages = first.messages.slice(0, index + 1);
      const cut = { ...first, messages };
      const resumed = await read(shop, configured(catalog, 'incremental'), lastStates(cut));
      const tables = fold(catalog, [cut, resumed]);
      for (const name of streams) {
        if (name !== 'inventory') expect(tables.get(name), name).toEqual(complete.get(name));
        else
          expect([...(tables.get(name)?.keys() ?? [])].sort()).toEqual(
            [...(complete.get(name)?.keys() ?? [])].sort(),
          );
      }
    }
  });
});

describe('what changes between two reads', () => {
  test('just that comes, and the fold equals the shop', async () => {
    const shop = await openShop({ seed: 7 });
    const catalog = await discover(shop);
    const wanted = configured(catalog, 'incremental');
    const outcomes = [await read(shop, wanted)];
    await shop.advance(300);
    const changed = await shop.change(
      { kind: 'orders.update', count: 3 },
      { kind: 'orders.create', count: 2 },
      { kind: 'returns.complete', count: 2 },
      { kind: 'returns.create', count: 1 },
      { kind: 'deliveries.advance', count: 2 },
      { kind: 'deliveries.create', count: 1 },
    );
    await shop.advance(300);
    const [first] = outcomes;
    if (first === undefined) throw new Error('There was no first read.');
    const second = await read(shop, wanted, lastStates(first));
    expect(second.code).toBe(0);
    expect(
      recordsOf(second, 'orders')
        .map(({ data }) => (data as { number: number }).number)
        .sort(),
    ).toEqual([...(changed.orders ?? [])].sort());
    const ids = (name: string) => recordsOf(second, name).map(({ data }) => (data as { id: number }).id);
    expect(ids('returns').sort()).toEqual([...(changed.returns ?? [])].sort());
    expect(ids('indeliveries').sort()).toEqual([...(changed.deliveries ?? [])].sort());
    const held = await shop.counts();
    const tables = fold(catalog, [first, second]);
    for (const name of ['orders', 'returns', 'indeliveries'])
      expect(tables.get(name)?.size, name).toBe(held[name]);
    const fresh = fold(catalog, [await read(shop, configured(catalog, 'full_refresh'))]);
    for (const name of [
      'orders',
      'order_lines',
      'returns',
      'return_lines',
      'indeliveries',
      'indelivery_lines',
    ]) {
      expect(tables.get(name), name).toEqual(fresh.get(name));
    }
  });

  test('a start date bounds the first read', async () => {
    const shop = await openShop({}, { start_date: '2026-04-01' });
    const catalog = await discover(shop);
    const outcome = await read(shop, configured(catalog, 'incremental', ['orders']));
    const rows = (await shop.control('ids?root=orders')) as { updatedAt: string }[];
    const expected = rows.filter(
      ({ updatedAt }) => Date.parse(updatedAt) >= Date.parse('2026-04-01T00:00:00Z'),
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(recordsOf(outcome, 'orders')).toHaveLength(expected.length);
  });
});

describe('a token without all permissions', () => {
  test('leaves a nullable column empty, and says so once', async () => {
    const shop = await openShop();
    await shop.control('permissions', { deny: ['Market:read'] });
    const catalog = await discover(shop);
    const outcome = await read(shop, configured(catalog, 'full_refresh', ['orders']));
    expect(outcome.code).toBe(0);
    const records = recordsOf(outcome, 'orders');
    expect(records).toHaveLength((await shop.counts()).orders ?? -1);
    expect(records.every(({ data }) => (data as { market_id: unknown }).market_id === null)).toBe(true);
    expect(logsOf(outcome).filter((line) => line.includes('Market:read'))).toHaveLength(1);
  });

  test('fails the stream that cannot be read, and reads the others', async () => {
    const shop = await openShop();
    await shop.control('permissions', { deny: ['Return:read'] });
    const catalog = await discover(shop);
    const outcome = await read(shop, configured(catalog, 'full_refresh', ['orders', 'returns']));
    expect(outcome.code).toBe(3);
    expect(recordsOf(outcome, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
    const errors = outcome.messages.flatMap(({ trace }) => trace?.error ?? []);
    expect(errors).toMatchObject([
      {
        message:
          'The API token may not read returns: it lacks Return:read. Add it to the token in Centra under System > API Tokens.',
        failure_type: 'config_error',
        stream_descriptor: { name: 'returns' },
      },
    ]);
    expect(statesOf(outcome).some(({ stream }) => stream?.stream_descriptor.name === 'returns')).toBe(false);
  });
});

describe('stopping', () => {
  test('SIGTERM ends the read at a checkpoint, and the next read goes on from there', async () => {
    const shop = await openShop({ orders: 2_000, latencyMs: 30 });
    const catalog = await discover(shop);
    const wanted = configured(catalog, 'incremental', ['orders']);
    const args = ['read', '--config', shop.config, '--catalog', fileWith(wanted)];
    const stopped = await sourceCentra(args, { killAfterLines: 500, signal: 'SIGTERM' });
    expect(stopped.code).toBe(143);
    const resumed = await read(shop, wanted, lastStates(stopped));
    const tables = fold(catalog, [stopped, resumed]);
    expect(tables.get('orders')?.size).toBe((await shop.counts()).orders ?? -1);
  });
});

test('a reader that goes away ends the read at once', async () => {
  const shop = await openShop({ orders: 2_000, latencyMs: 50 });
  const catalog = await discover(shop);
  const args = ['read', '--config', shop.config, '--catalog', fileWith(configured(catalog, 'full_refresh'))];
  const outcome = await sourceCentra(args, { closeAfterLines: 3 });
  expect(outcome.code).toBe(5);
  expect(outcome.stderr).toBe('');
});

test('a stream that fails does not take those with it that share its requests', async () => {
  const yaml = `version: 1
extends: default
streams:
  order_lines:
    columns: { code: { path: productName, type: integer, on_error: fail } }
`;
  const shop = await openShop({}, { tenant_catalog: { source: 'inline', yaml } });
  const catalog = await discover(shop);
  const outcome = await read(shop, configured(catalog, 'full_refresh', ['orders', 'order_lines']));
  expect(outcome.code).toBe(2);
  expect(new Set(recordsOf(outcome, 'orders').map(({ data }) => (data as { id: string }).id)).size).toBe(
    (await shop.counts()).orders,
  );
  const errors = outcome.messages.flatMap(({ trace }) => trace?.error ?? []);
  expect(errors.map(({ stream_descriptor }) => stream_descriptor?.name)).toEqual(['order_lines']);
  const last = (name: string) =>
    outcome.messages
      .flatMap(({ trace }) =>
        trace?.stream_status?.stream_descriptor.name === name ? [trace.stream_status.status] : [],
      )
      .at(-1);
  expect([last('orders'), last('order_lines')]).toEqual(['COMPLETE', 'INCOMPLETE']);
});
