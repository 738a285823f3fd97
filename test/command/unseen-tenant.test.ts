import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  sourceCentra,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { type Answered, everyObject } from './shop-answers.ts';
import { type Data, dataOf, expectValidRecords } from './valid-records.ts';

/*
 * A shop that no file of src knows: attribute types of other names, fields that the bundled schema does not have, others
 * gone, and a catalog that is written nowhere but here.
 */

const piiKey = 'nobody knows this key but the tests do';

const yaml = `version: 1
tenant: Ukjent AS
streams:
  innkjop:
    description: One row a purchase order.
    from: purchaseOrders
    where: { negate: [status], status: [PENDING] }
    key: [nummer]
    columns:
      nummer: id
      status: { path: status, map: { COMPLETED: ferdig }, else: underveis }
      leverandor: supplier.name
      belop: { path: productsTotal.value, type: number }
      vekslingskurs: productsTotal.conversionRate
      ventet_dag: { path: ETA, type: date }
      referanse: { path: ourReference, lower: true, trim: true }
      merknad: { path: externalComment, pii: mask }
      leveranser:
        each: purchaseOrderDeliveries
        columns:
          nummer: number
          innkjop: ^id
          antall: lines[].quantity
  innkjop_linjer:
    description: Three levels deep, a row a line of a delivery of a purchase order.
    from: purchaseOrders
    each: purchaseOrderDeliveries.lines
    key: [innkjop, leveranse, linje]
    columns:
      innkjop: ^^id
      leveranse: ^id
      linje: $position
      lager: ^warehouse.name
      valuta: ^^currency.code
      enhetskost: unitCost.value
      farge: productVariant.attributes[variant_colour].navn
      melding: { path: ^message, pii: hash }
      endret: ^^updatedAt
  storrelser:
    description: Three levels deep, a row a size of a variant of a product.
    from: products
    each: variants.productSizes
    key: [storrelse]
    columns:
      storrelse: id
      variant: ^id
      produkt: ^^id
      produkttekst: { first: ["^^attributes[product_text].no", "^^attributes[product_text].en", ^^name] }
      sesonger: { path: "^^attributes[product_season][].sesong", join: "/" }
      farge: ^attributes[variant_colour].navn
      familier: { path: "^attributes[variant_colour].familie.selectedValue", split: "," }
      bilde: { path: "^attributes[variant_colour].bilde", default: mangler }
      ukjent: ^^attributes[vet_ikke].noe
      veil_pris: ^^price
      kost: ^unitCost.value
      lager: { each: stock, columns: { lager: warehouse.id, fritt: freeToAllocateQuantity, variant: ^^id } }
      total: { path: stockTotals, all: [availableQuantity, physicalQuantity] }
  steder:
    description: A root list without dates, so that each read is a snapshot.
    from: warehouses
    where: { status: [ACTIVE] }
    key: [sted]
    columns: { sted: id, navn: name, land: country.code, dekning: coverage, terskel: { path: threshold, default: 0 } }
  tildelinger:
    description: Three levels deep, a row an allocation of a line of an order, of both kinds.
    from: orders
    each: lines.allocations
    key: [ordre, linje, tildeling]
    columns:
      ordre: ^^number
      linje: ^id
      tildeling: id
      lager: warehouse.name
      endret: ^^updatedAt
      forsok: ^^slot
      bestiller: { first: [^^customer.email, ^^buyer.email], pii: hash }
  kunder:
    description: One row an order of a consumer, with all its masks.
    from: orders
    where: { storeType: DIRECT_TO_CONSUMER }
    key: [ordre_hash]
    columns:
      ordre_hash: { path: id, pii: hash }
      epost: { path: customer.email, pii: hash }
      fornavn: { path: customer.firstName, pii: mask }
      etternavn: { path: shippingAddress.lastName, pii: hash, default: ukjent }
      adresse: { path: shippingAddress.address1, pii: drop }
      telefon: { first: [shippingAddress.cellPhoneNumber, shippingAddress.phoneNumber], pii: mask }
      ip: { path: userIP, pii: hash }
      ar: { path: orderDate, pii: year }
      maned: { path: createdAt, pii: month }
      medlem: { path: "attributes[order_loyalty].medlem", pii: hash }
      kilde: attributes[order_source].kilde
      alle_betalinger: { path: "paymentHistory[].externalReference", pii: hash }
`;

/** What this shop's API has and lacks, against the schema that comes with the connector. */
const schemaChange = {
  add: `
    extend type Product { price: Float! }
    extend type Warehouse { coverage: Float }
    extend type DirectToConsumerOrder { slot: Int! }
    extend type WholesaleOrder { slot: Int! }`,
  remove: ['ProductVariant.internalName', 'Return.status', 'OrderLine.returnedQuantity', 'Order.externalId'],
};

function read(shop: TestShop, catalog: AirbyteCatalog, state?: unknown): Promise<Outcome> {
  const args = ['read', '--config', shop.config, '--catalog', fileWith(configured(catalog, 'incremental'))];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

function hashOf(text: string | null | undefined): string | null {
  const normal = text?.trim().toLowerCase() ?? '';
  return normal === '' ? null : `2026a:${createHmac('sha256', piiKey).update(normal).digest('hex')}`;
}

describe.each([
  ['that filters assigned attributes', []],
  ['of a version that gives all attributes or none', ['AssignedAttributeFilter']],
])('a tenant that was never seen, with an API %s', (_, alsoRemoved: readonly string[]) => {
  let shop: TestShop;
  let catalog: AirbyteCatalog;
  let first: Outcome;

  beforeAll(async () => {
    const configuration = {
      tenant_catalog: { source: 'file', path: fileWith(yaml, 'yaml') },
      pii_key: piiKey,
      pii_key_id: '2026a',
    };
    shop = await openShop({ tenant: 'nord', seed: 23, orders: 240 }, configuration);
    await shop.control('schema', { ...schemaChange, remove: [...schemaChange.remove, ...alsoRemoved] });
    catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
    first = await read(shop, catalog);
  });

  test('compiles, and the check finds every stream readable', async () => {
    const checked = await sourceCentra(['check', '--config', shop.config]);
    const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
    expect(status?.status).toBe('SUCCEEDED');
    expect(
      catalog.streams.map(({ name, default_cursor_field }) => [name, default_cursor_field?.[0]]),
    ).toEqual([
      ['innkjop', '_centra_updated_at'],
      ['innkjop_linjer', 'endret'],
      ['storrelser', '_centra_updated_at'],
      ['steder', 'snapshot_at'],
      ['tildelinger', 'endret'],
      ['kunder', '_centra_updated_at'],
    ]);
  });

  test('reads without a warning, and every record fits the schema that was discovered', () => {
    expect(first.code).toBe(0);
    expect(logsOf(first).filter((line) => !line.startsWith('INFO'))).toEqual([]);
    expectValidRecords(catalog, first);
  });

  test('sizes: a row each, with variant and product above it', async () => {
    const products = await everyObject(shop, 'products', productOfShop);
    const expected = products.flatMap((product) =>
      product.variants.flatMap((variant: Answered) =>
        variant.productSizes.map((size: Answered) => ({
          storrelse: size.id,
          variant: variant.id,
          produkt: product.id,
          produkttekst:
            filled(element(product, 'product_text', 'no')) ??
            filled(element(product, 'product_text', 'en')) ??
            product.name,
          farge: element(variant, 'variant_colour', 'navn'),
          ukjent: null,
          veil_pris: product.price,
          kost: variant.unitCost?.value ?? null,
          lager: size.stock.map(({ warehouse, freeToAllocateQuantity }: Answered) => ({
            lager: warehouse.id,
            fritt: freeToAllocateQuantity,
            variant: variant.id,
          })),
          total: size.stockTotals,
        })),
      ),
    );
    expectRows(dataOf(first, 'storrelser'), expected, 'storrelse');
  });

  test('purchase orders and their lines are those of the shop', async () => {
    const orders = await everyObject(
      shop,
      'purchaseOrders',
      `id status externalComment purchaseOrderDeliveries(limit: 200) {
        id number message warehouse { name } lines { quantity unitCost { value } } }`,
    );
    const expected = orders
      .filter(({ status }) => status !== 'PENDING')
      .map((order) => ({
        nummer: order.id,
        status: order.status === 'COMPLETED' ? 'ferdig' : 'underveis',
        leveranser: order.purchaseOrderDeliveries.map((delivery: Answered) => ({
          nummer: delivery.number,
          innkjop: order.id,
          antall: delivery.lines.map(({ quantity }: Answered) => quantity),
        })),
      }));
    expectRows(dataOf(first, 'innkjop'), expected, 'nummer');
    const lines = orders.flatMap((order) =>
      order.purchaseOrderDeliveries.flatMap((delivery: Answered) =>
        delivery.lines.map((line: Answered, at: number) => ({
          innkjop: order.id,
          leveranse: delivery.id,
          linje: at + 1,
          lager: delivery.warehouse?.name ?? null,
          enhetskost: line.unitCost.value,
          melding: hashOf(delivery.message),
        })),
      ),
    );
    expectRows(dataOf(first, 'innkjop_linjer'), lines, 'leveranse', 'linje');
  });

  test('allocations are found below the lines of both kinds of orders', async () => {
    const orders = await everyObject(
      shop,
      'orders',
      `number lines { id allocations { id warehouse { name } } }
       ... on DirectToConsumerOrder { customer { email } } ... on WholesaleOrder { buyer { email } }`,
    );
    const expected = orders.flatMap((order) =>
      order.lines.flatMap((line: Answered) =>
        line.allocations.map((allocation: Answered) => ({
          ordre: order.number,
          linje: line.id,
          tildeling: allocation.id,
          lager: allocation.warehouse?.name ?? null,
          bestiller: hashOf(order.customer?.email ?? order.buyer?.email),
        })),
      ),
    );
    expectRows(dataOf(first, 'tildelinger'), expected, 'tildeling');
  });

  test('masked columns hold the masks of what the shop says', async () => {
    const orders = await everyObject(
      shop,
      'orders',
      `id orderDate shippingAddress { lastName } ... on DirectToConsumerOrder { userIP customer { email } }
       paymentHistory { externalReference }`,
      '{ storeType: DIRECT_TO_CONSUMER }',
    );
    const expected = orders.map((order) => ({
      ordre_hash: hashOf(order.id),
      epost: hashOf(order.customer?.email),
      etternavn: hashOf(order.shippingAddress?.lastName) ?? 'ukjent',
      ip: hashOf(order.userIP),
      ar: new Date(order.orderDate).getUTCFullYear(),
      maned: new Date(order.orderDate).toISOString().slice(0, 7),
      alle_betalinger: order.paymentHistory.map(({ externalReference }: Answered) =>
        hashOf(externalReference),
      ),
    }));
    expectRows(dataOf(first, 'kunder'), expected, 'ordre_hash');
    expect(Object.keys(dataOf(first, 'kunder')[0] ?? {})).not.toContain('adresse');
  });

  test('an incremental read brings what changed, and nothing else but the snapshot', async () => {
    await shop.advance(300);
    const changed = await shop.change(
      { kind: 'orders.update', count: 12 },
      { kind: 'deliveries.advance', count: 3 },
    );
    await shop.advance(300);
    const second = await read(shop, catalog, lastStates(first));
    expect(second.code).toBe(0);
    expectValidRecords(catalog, second);
    const orders = await everyObject(
      shop,
      'orders',
      'id number store { type } lines { allocations { id } }',
      `{ number: [${changed.orders}] }`,
    );
    const consumers = orders.filter(({ store }) => store.type === 'DIRECT_TO_CONSUMER');
    expect(consumers.length).toBeGreaterThan(0);
    expect(valuesOf(second, 'kunder', 'ordre_hash')).toEqual(new Set(consumers.map(({ id }) => hashOf(id))));
    const allocated = orders.filter(({ lines }) =>
      lines.some(({ allocations }: Answered) => allocations.length > 0),
    );
    expect(valuesOf(second, 'tildelinger', 'ordre')).toEqual(new Set(allocated.map(({ number }) => number)));
    const deliveries = await everyObject(
      shop,
      'purchaseOrderDeliveries',
      'purchaseOrder { id status }',
      `{ id: [${changed.deliveries}] }`,
    );
    const purchases = new Set(deliveries.map(({ purchaseOrder }) => purchaseOrder.id));
    const shown = deliveries.filter(({ purchaseOrder }) => purchaseOrder.status !== 'PENDING');
    expect(valuesOf(second, 'innkjop', 'nummer')).toEqual(
      new Set(shown.map(({ purchaseOrder }) => purchaseOrder.id)),
    );
    expect(valuesOf(second, 'innkjop_linjer', 'innkjop')).toEqual(purchases);
    expect(dataOf(second, 'storrelser')).toEqual([]);
    expect(dataOf(second, 'steder')).toHaveLength(dataOf(first, 'steder').length);
  });
});

const productOfShop = `id name price attributes { type { name } elements { key ... on AttributeStringElement { value } } }
  variants {
    id unitCost { value } attributes { type { name } elements { key ... on AttributeStringElement { value } } }
    productSizes { id stock { warehouse { id } freeToAllocateQuantity } stockTotals { availableQuantity physicalQuantity } }
  }`;

/** The first value that an object's attributes of a type have for an element. */
function element(object: Answered, type: string, key: string): string | null {
  const values = (object.attributes as readonly Answered[])
    .filter((attribute) => attribute.type.name === type)
    .map(
      (attribute) => attribute.elements.find((candidate: Answered) => candidate.key === key)?.value ?? null,
    );
  return values.find((value) => value !== null) ?? null;
}

function filled(text: string | null): string | undefined {
  return text === null || text === '' ? undefined : text;
}

function valuesOf(outcome: Outcome, stream: string, column: string): ReadonlySet<unknown> {
  return new Set(dataOf(outcome, stream).map((data) => data[column]));
}

/** The rows, by the columns that tell them apart, hold at least what is expected, and there are no others. */
function expectRows(rows: readonly Data[], expected: readonly Data[], ...columns: readonly string[]): void {
  const keyOf = (data: Data) => JSON.stringify(columns.map((column) => data[column]));
  const byKey = new Map(rows.map((data) => [keyOf(data), data]));
  expect(rows).toHaveLength(expected.length);
  expect(expected.length).toBeGreaterThan(0);
  for (const row of expected) expect(byKey.get(keyOf(row))).toMatchObject(row);
}

test('a root list and a person that the bundled schema does not know are found in the live one', async () => {
  const catalogYaml = `version: 1
streams:
  abonnenter:
    from: subscribers
    key: [id]
    columns: { id: id, navn: nickname, epost: { path: mailAddress, pii: hash } }
`;
  const shop = await openShop(
    { tenant: 'nord' },
    { tenant_catalog: { source: 'file', path: fileWith(catalogYaml, 'yaml') }, pii_key: piiKey },
  );
  await shop.control('schema', {
    add: `
      type Subscriber { id: Int! nickname: String mailAddress: String updatedAt: DateTimeTz! }
      enum SubscriberSort { id_ASC }
      input SubscriberFilter { id: [Int!] updatedAt: DateRange }
      extend type Query {
        subscribers(where: SubscriberFilter, sort: [SubscriberSort!], limit: Int, page: Int): [Subscriber!]!
      }`,
  });
  const refused = await sourceCentra(['discover', '--config', shop.config]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('abonnenter.navn: Subscriber.nickname is personal data');
  const allowed = catalogYaml.replace('navn: nickname', 'navn: { path: nickname, pii: mask }');
  const configuration = {
    endpoint: shop.endpoint,
    api_token: shop.token,
    tenant_catalog: { source: 'inline', yaml: allowed },
    pii_key: piiKey,
  };
  const catalog = catalogOf(await sourceCentra(['discover', '--config', fileWith(configuration)]));
  expect(catalog.streams).toMatchObject([
    {
      name: 'abonnenter',
      source_defined_primary_key: [['id']],
      default_cursor_field: ['_centra_updated_at'],
    },
  ]);
});
