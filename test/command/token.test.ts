import { beforeAll, describe, expect, test } from 'vitest';
import { catalogOf, configured, fileWith, logsOf, type Outcome, recordsOf, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

let shop: TestShop;
let discovered: ReturnType<typeof catalogOf>;
let whole: Outcome;

beforeAll(async () => {
  shop = await openShop({ orders: 120 });
  discovered = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  whole = await read(shop.config);
});

function read(config: string): Promise<Outcome> {
  const wanted = fileWith(configured(discovered, 'full_refresh'));
  return sourceCentra(['read', '--config', config, '--catalog', wanted]);
}

async function configOf(token: object): Promise<string> {
  const { token: text } = (await shop.control('tokens', token)) as { token: string };
  return fileWith({ endpoint: shop.endpoint, api_token: text });
}

type Row = Readonly<Record<string, unknown>>;

const rowsOf = (outcome: Outcome, stream: string) =>
  recordsOf(outcome, stream).map(({ data }) => data as Row);

/** What `catalog check --json` says of the default catalog. */
async function permissionList(): Promise<
  readonly { permission: string; streams: readonly string[]; columns: readonly string[] }[]
> {
  const { stdout } = await sourceCentra(['catalog', 'check', 'default', '--json'], { isForPeople: true });
  return JSON.parse(stdout).permissions;
}

test('a token with exactly the permissions of the list fills every column', async () => {
  const permissions = (await permissionList()).map(({ permission }) => permission);
  const config = await configOf({ permissions });
  const outcome = await read(config);
  expect(outcome.code).toBe(0);
  expect(logsOf(outcome).filter((line) => line.includes('lacks'))).toEqual([]);
  const snapshotless = ({ snapshot_at: _, ...row }: Row) => row;
  for (const { name } of discovered.streams)
    expect(rowsOf(outcome, name).map(snapshotless), name).toEqual(rowsOf(whole, name).map(snapshotless));
  const { messages } = await sourceCentra(['check', '--config', config]);
  const [status] = messages.flatMap(({ connectionStatus }) => connectionStatus ?? []);
  expect(status).toMatchObject({ status: 'SUCCEEDED', message: expect.not.stringContaining('lacks') });
});

describe('without one permission', () => {
  test.each([
    'Account:read',
    'Brand:read',
    'Customer:read',
    'Market:read',
    'Order.billingAddress:read',
    'ProductSize:read',
    'ProductVariant:read',
    'PurchaseOrder:read',
    'Shipment:read',
    'Store:read',
    'StorePlugin:read',
    'Supplier:read',
  ])('%s: no row is lost, its columns are null, and it is said once', async (permission) => {
    const needed = (await permissionList()).find((one) => one.permission === permission);
    const config = await configOf({ deny: [permission] });
    const outcome = await read(config);
    const failed = new Set(
      outcome.messages.flatMap(({ trace }) => trace?.error?.stream_descriptor?.name ?? []),
    );
    const columns = (needed?.columns ?? []).filter((column) => !failed.has(column.split('.')[0] ?? ''));
    for (const { name } of discovered.streams) {
      if (failed.has(name)) continue;
      const empty = new Set(
        columns
          .filter((column) => column.startsWith(`${name}.`))
          .map((column) => column.slice(name.length + 1)),
      );
      const expected = rowsOf(whole, name).map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, empty.has(key) ? null : value])),
      );
      const without = ({ snapshot_at: _, ...row }: Row) => row;
      expect(rowsOf(outcome, name).map(without), name).toEqual(expected.map(without));
    }
    const warnings = logsOf(outcome).filter((line) => line.includes(`lacks ${permission}`));
    expect(warnings).toHaveLength(1);
    for (const column of columns) expect(warnings[0]).toContain(column);
    expect(outcome.code).toBe(failed.size === 0 ? 0 : 3);
  });

  test('in a key, the stream is unreadable and the permission is named; check says it and succeeds', async () => {
    const config = await configOf({ deny: ['ProductSize:read'] });
    const outcome = await read(config);
    const errors = outcome.messages.flatMap(({ trace }) => trace?.error ?? []);
    expect(errors.map(({ stream_descriptor: of }) => of?.name)).toEqual(['inventory']);
    expect(errors[0]?.message).toBe(
      'The token has no permission ProductSize:read, and inventory.product_size_id is in the key of its rows. Add it to the token in Centra under System > API Tokens.',
    );
    const { messages } = await sourceCentra(['check', '--config', config]);
    const [status] = messages.flatMap(({ connectionStatus }) => connectionStatus ?? []);
    expect(status?.status).toBe('SUCCEEDED');
    expect(status?.message).toContain(
      'inventory cannot be read: The token has no permission ProductSize:read',
    );
    expect(status?.message).toContain('The API token lacks ProductSize:read: order_lines.product_size_id,');
  });

  test('discover offers the same as with all of them', async () => {
    const config = await configOf({ deny: ['Customer:read', 'ProductSize:read'] });
    expect(catalogOf(await sourceCentra(['discover', '--config', config]))).toEqual(discovered);
    const schema = discovered.streams.find(({ name }) => name === 'orders')?.json_schema;
    expect((schema as { properties: Row }).properties.customer_id).toMatchObject({
      type: expect.arrayContaining(['null']),
    });
  });
});

describe('a shop without introspection', () => {
  test.each([
    ['refused', 'Centra refused the query for its schema'],
    ['cut', 'Centra sent an answer that is not whole JSON when asked for its schema.'],
    ['slow', 'did not come to the end of its answer in time when asked for its schema.'],
  ])('%s: the bundled schema serves, and what the shop lacks is found out', async (mode, said) => {
    await shop.control('introspection', { mode, ms: 60_000 });
    const remove = [
      'Order.externalId',
      'OrderLine.unitOriginalPrice',
      'Query.orderConnection',
      'Counters.orders',
      'ReturnFilter.createdAt',
      'PurchaseOrderDeliverySort.id_ASC',
    ];
    await shop.control('schema', { remove });
    try {
      const { messages } = await sourceCentra(['check', '--config', shop.config]);
      const [status] = messages.flatMap(({ connectionStatus }) => connectionStatus ?? []);
      expect(status?.status).toBe('SUCCEEDED');
      expect(status?.message).toContain(said);
      expect(status?.message).toContain('The schema that comes with the connector is used');
      const outcome = await read(shop.config);
      expect(outcome.code).toBe(0);
      for (const { name } of discovered.streams)
        expect(rowsOf(outcome, name), name).toHaveLength(rowsOf(whole, name).length);
      expect(rowsOf(outcome, 'orders').every(({ external_id }) => external_id === null)).toBe(true);
      const warnings = logsOf(outcome).filter((line) => line.includes('Order.externalId'));
      expect(warnings).toHaveLength(1);
    } finally {
      await shop.control('introspection', { mode: 'on' });
      await shop.control('schema', { remove: [] });
    }
  });
});
