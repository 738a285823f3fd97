import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundledNames } from '../../src/catalog/language/load.ts';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import type { TenantName } from '../../src/sandbox/data/tenants.ts';
import { catalogCommand } from '../command/catalog-command.ts';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  sourceCentra,
} from '../command/harness.ts';
import { openShop, type TestShop } from '../command/sandbox-control.ts';
import { type Answered, everyObject } from '../command/shop-answers.ts';
import { dataOf, expectValidRecords } from '../command/valid-records.ts';

interface Reading {
  readonly shop: TestShop;
  readonly catalog: AirbyteCatalog;
  readonly outcome: Outcome;
}

const piiKey = 'a key for tests, of 32 bytes or more';

/** Opens a shop whose configuration names a bundled catalog, discovers it, and reads all of it. */
async function reading(name: string, tenant: TenantName): Promise<Reading> {
  const shop = await openShop(
    { tenant, orders: 260, seed: 11 },
    { tenant_catalog: { source: 'bundled', name }, pii_key: piiKey },
  );
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  return { shop, catalog, outcome: await read(shop, catalog) };
}

function read(shop: TestShop, catalog: AirbyteCatalog, state?: unknown): Promise<Outcome> {
  const args = ['read', '--config', shop.config, '--catalog', fileWith(configured(catalog, 'incremental'))];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

/** The streams whose filter leaves rows out, and those that a catalog adds, against what the shop says of them. */
type Expected = (shop: TestShop) => Promise<Readonly<Record<string, readonly string[]>>>;

const rowId = (...parts: readonly unknown[]): string => JSON.stringify(parts);

async function below(shop: TestShop, root: string, list: string, where?: string): Promise<readonly string[]> {
  const objects = await everyObject(shop, root, `id ${list} { id }`, where);
  const responseKey = list.replace(/\(.*/, '');
  return objects.flatMap((object) =>
    (object[responseKey] as readonly Answered[]).map((element) => rowId(object.id, element.id)),
  );
}

/** Where elements have no id, their place tells them apart. */
async function places(shop: TestShop, root: string, list: string): Promise<readonly string[]> {
  const objects = await everyObject(shop, root, `id ${list} { __typename }`);
  return objects.flatMap((object) =>
    (object[list] as readonly Answered[]).map((_, index) => rowId(object.id, index + 1)),
  );
}

async function roots(shop: TestShop, root: string, where?: string): Promise<readonly string[]> {
  return (await everyObject(shop, root, 'id', where)).map(({ id }) => rowId(id));
}

const consumers = '{ storeType: DIRECT_TO_CONSUMER }';
const retailers = '{ storeType: WHOLESALE }';
const lines = 'lines(includeFullyCancelled: true)';

const examples: readonly (readonly [string, TenantName, Expected])[] = [
  ['default', 'acme', async () => ({})],
  ['default', 'nord', async () => ({})],
  [
    'example-direct-to-consumer',
    'acme',
    async (shop) => ({
      orders: await roots(shop, 'orders', consumers),
      order_lines: await below(shop, 'orders', lines, consumers),
      // Without a limit the API cuts it at 20.
      payments: await below(shop, 'orders', 'paymentHistory(limit: 200)', consumers),
      returns: await roots(shop, 'returns', consumers),
      return_lines: await below(shop, 'returns', 'lines', consumers),
    }),
  ],
  [
    'example-wholesale',
    'nord',
    async (shop) => {
      const products = await everyObject(
        shop,
        'products',
        'variants { productSizes { id } }',
        '{ status: [ACTIVE] }',
      );
      return {
        orders: await roots(shop, 'orders', retailers),
        order_lines: await below(shop, 'orders', lines, retailers),
        purchase_orders: await roots(shop, 'purchaseOrders'),
        line_sheet: products.flatMap(({ variants }) =>
          variants.flatMap(({ productSizes }: Answered) => productSizes.map(({ id }: Answered) => rowId(id))),
        ),
      };
    },
  ],
  [
    'example-profit-analytics',
    'acme',
    async (shop) => ({
      orders: await below(shop, 'orders', lines),
      returns: await below(shop, 'returns', 'lines'),
      indeliveries: await places(shop, 'purchaseOrderDeliveries', 'lines'),
      inventory: await stockPositions(shop),
    }),
  ],
];

async function stockPositions(shop: TestShop): Promise<readonly string[]> {
  const warehouses = await everyObject(shop, 'warehouses', 'id');
  const positions: string[] = [];
  for (const { id } of warehouses) {
    for (let page = 1; ; page += 1) {
      const selection = `stock(limit: 200, page: ${page}) { productSize { id } }`;
      const [warehouse] = await everyObject(shop, 'warehouses', selection, `{ id: [${id}] }`);
      const stock = (warehouse?.stock ?? []) as readonly Answered[];
      positions.push(...stock.map(({ productSize }) => rowId(id, productSize.id)));
      if (stock.length < 200) break;
    }
  }
  return positions;
}

test('every bundled catalog is among these', async () => {
  expect(new Set(examples.map(([name]) => name))).toEqual(new Set(await bundledNames()));
});

describe.each(examples)('%s, with the shop of %s', (name, tenant, expected) => {
  let done: Reading;
  beforeAll(async () => {
    done = await reading(name, tenant);
  });

  test('discovers, checks and reads without a warning', async () => {
    const { shop, outcome } = done;
    expect(outcome.code).toBe(0);
    expect(logsOf(outcome).filter((line) => !line.startsWith('INFO'))).toEqual([]);
    const checked = await sourceCentra(['check', '--config', shop.config]);
    const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
    expect(status?.status).toBe('SUCCEEDED');
    expect(logsOf(checked).filter((line) => !line.startsWith('INFO'))).toEqual([]);
  });

  test('has nothing wrong with it, offline and live, and passes its own tests', async () => {
    for (const config of [[], ['--config', done.shop.config]]) {
      const checked = await catalogCommand('check', name, '--json', ...config);
      expect(checked.code).toBe(0);
      const { problems } = JSON.parse(checked.stdout) as { problems: { code: string }[] };
      // Offline nobody knows whether the configuration has a key.
      const others = problems.filter(({ code }) => config.length > 0 || code !== 'pii/needs_key');
      expect(others).toEqual([]);
      const tested = await catalogCommand('test', name, '--json', ...config);
      expect(tested.code).toBe(0);
      const { passed, failed } = JSON.parse(tested.stdout) as { passed: number; failed: number };
      expect(failed).toBe(0);
      if (name !== 'default') expect(passed).toBeGreaterThan(3);
    }
  });

  test('every record fits the schema that was discovered, each key once', () => {
    expectValidRecords(done.catalog, done.outcome);
  });

  test('the rows are exactly those that the shop holds', async () => {
    const { shop, catalog, outcome } = done;
    const told = await expected(shop);
    const counts = await shop.counts();
    for (const { name: stream, source_defined_primary_key } of catalog.streams) {
      const rows = dataOf(outcome, stream);
      const ids = told[stream];
      if (ids === undefined) {
        expect(rows, stream).toHaveLength(counts[stream] ?? -1);
        continue;
      }
      const key = (source_defined_primary_key ?? []).map(([column = '']) => column);
      const found = rows.map((data) => rowId(...key.map((column) => data[column])));
      expect(found.length, stream).toBeGreaterThan(0);
      expect([...found].sort(), stream).toEqual([...ids].sort());
    }
  });

  test('every column has a value somewhere', () => {
    const { catalog, outcome } = done;
    for (const { name: stream, json_schema } of catalog.streams) {
      const rows = dataOf(outcome, stream);
      const empty = Object.keys((json_schema as { properties: object }).properties).filter((column) =>
        rows.every((data) => data[column] === null),
      );
      expect(
        empty.filter((column) => !neverThere.has(`${stream}.${column}`)),
        stream,
      ).toEqual([]);
    }
  });

  test('a second read brings what changed, and snapshots', async () => {
    const { shop, catalog, outcome } = done;
    await shop.advance(300);
    const changed = await shop.change(
      { kind: 'orders.update', count: 40 },
      { kind: 'returns.complete', count: 2 },
    );
    await shop.advance(300);
    const second = await read(shop, catalog, lastStates(outcome));
    expect(second.code).toBe(0);
    expectValidRecords(catalog, second);
    const numbers = new Set(changed.orders);
    const orders = await everyObject(shop, 'orders', 'id number');
    const changedIds = orders.filter(({ number }) => numbers.has(number)).map(({ id }) => id as string);
    const told = await expected(shop);
    const mapped = new Set(told.orders?.map((key) => JSON.parse(key)[0]) ?? changedIds);
    const broughtIds = new Set(dataOf(second, 'orders').map((data) => data.id ?? data.orderId));
    expect(broughtIds).toEqual(new Set(changedIds.filter((id) => mapped.has(id))));
    expect(broughtIds.size).toBeGreaterThan(0);
    for (const { name: stream, default_cursor_field: cursor } of catalog.streams) {
      if (cursor?.[0] === 'snapshot_at' || stream === 'orders') continue;
      for (const data of dataOf(second, stream)) {
        if (stream === 'order_lines' || stream === 'payments') expect(changedIds).toContain(data.order_id);
        else expect(changed.returns, stream).toContain(data.return_id ?? data.returnId ?? data.id);
      }
    }
  });
});

/** What the sandbox has for nobody, or not for this kind of order. */
const neverThere: ReadonlySet<string> = new Set([
  'orders.tax_deducted',
  'orders.tax_added',
  'orders.shipping_tax',
  'returns.handling',
  'returns.discounts',
]);

const modelOfPlatforms = {
  orders:
    'orderId productId variantNo quantity paidPrice currency tax total cogs shippingCountry shippingProvider createdAt updatedAt',
  returns: 'orderId productId variantNo returnedQuantity returnedAt returnedWarehouse',
  inventory: 'productId variantNo warehouse stockQuantity incomingQuantity cogs',
  indeliveries: 'productId variantNo quantity unitCost landedCost currency expectedAt warehouse status',
};

describe('profit analytics', () => {
  test('the model of the platforms comes first, letter by letter, and every row is what the shop says', async () => {
    const { shop, catalog, outcome } = await reading('example-profit-analytics', 'nord');
    const columns = catalog.streams.map(({ name, json_schema }) => [
      name,
      Object.keys((json_schema as { properties: object }).properties),
    ]);
    for (const [stream, names] of Object.entries(modelOfPlatforms)) {
      const found = new Map(columns as [string, string[]][]).get(stream) ?? [];
      expect(found.slice(0, names.split(' ').length).join(' ')).toBe(names);
    }
    const told = await everyObject(shop, 'orders', orderOfPlatforms);
    const expectedRows = told.flatMap((order) =>
      order.lines.map((line: Answered) => ({
        orderId: order.id,
        lineId: line.id,
        productId: line.product?.id ?? null,
        variantNo: line.productVariant?.variantNumber ?? null,
        quantity: line.quantity,
        paidPrice: line.unitPrice.value,
        currency: line.lineValue.currency.code,
        tax: line.taxPercent,
        total: line.lineValue.value,
        cogs: line.productVariant?.unitCost?.value ?? null,
        shippingCountry: order.shippingAddress?.country?.code ?? order.country?.code ?? null,
        shippingProvider: order.shippingPriceGroup?.shippingOption?.name ?? null,
        createdAt: utc(order.createdAt),
        updatedAt: utc(order.updatedAt),
        cancelledQuantity: line.cancelledQuantity,
        lineType: line.__typename,
        totalExTax: line.exTax.value,
        cogsCurrency: line.productVariant?.unitCost?.currency.code ?? null,
        currencyBaseRate: order.currencyBaseRate,
      })),
    );
    expect(sortedByKey(dataOf(outcome, 'orders'))).toEqual(sortedByKey(expectedRows));
  });
});

const orderOfPlatforms = `id createdAt updatedAt currencyBaseRate country { code } shippingAddress { country { code } }
  shippingPriceGroup { shippingOption { name } }
  lines(includeFullyCancelled: true) {
    __typename id quantity cancelledQuantity taxPercent unitPrice { value } lineValue { value currency { code } }
    exTax: lineValue(includingTax: false) { value }
    product { id } productVariant { variantNumber unitCost { value currency { code } } }
  }`;

function utc(time: string): string {
  return new Date(time).toISOString().replace('.000', '');
}

function sortedByKey(rows: readonly Answered[]): readonly Answered[] {
  const key = ({ orderId, lineId }: Answered) => `${orderId} ${String(lineId).padStart(9)}`;
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

test('direct to consumer: attributes and masked customers are what the shop says', async () => {
  const { shop, outcome } = await reading('example-direct-to-consumer', 'acme');
  const told = await everyObject(
    shop,
    'orders',
    `id country { code } shippingAddress { email city zipCode country { code } }
     ... on DirectToConsumerOrder { customer { email } }
     attributes { type { name } elements { key ... on AttributeStringElement { value }
       ... on AttributeChoiceElement { selectedValue selectedValueName } } }`,
    consumers,
  );
  const rows = new Map(dataOf(outcome, 'orders').map((data) => [data.id, data]));
  expect(rows.size).toBe(told.length);
  for (const order of told) {
    const elements = (type: string, key: string): readonly Answered[] =>
      order.attributes
        .filter((attribute: Answered) => attribute.type.name === type)
        .flatMap((attribute: Answered) =>
          attribute.elements.filter((element: Answered) => element.key === key),
        );
    const [channel] = elements('or_channel', 'channel');
    const email = order.customer?.email ?? order.shippingAddress?.email ?? null;
    expect(rows.get(order.id)).toMatchObject({
      channel: channel?.selectedValueName ?? null,
      channel_code: channel?.selectedValue ?? null,
      campaign: elements('or_channel', 'campaign')[0]?.value?.trim().toUpperCase() ?? null,
      tags: elements('or_tags', 'tag')
        .flatMap(({ value }) => value ?? [])
        .join(', '),
      is_gift: elements('or_gift', 'wrapped')[0]?.value === '1',
      email_hash:
        email === null ? null : createHmac('sha256', piiKey).update(email.trim().toLowerCase()).digest('hex'),
      city: order.shippingAddress?.city ?? null,
      country_code: order.shippingAddress?.country?.code ?? order.country?.code ?? 'ZZ',
    });
  }
});
