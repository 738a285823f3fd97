import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isObject } from '../../../src/json.ts';
import { dataOf, goodStream, liveSchema } from './compile-yaml.ts';

/** The answer that the public documentation shows to a query, down to the object in it. */
function recorded(file: string, ...path: readonly (string | number)[]): Readonly<Record<string, unknown>> {
  let value: unknown = JSON.parse(readFileSync(`test/fixtures/recorded/${file}.json`, 'utf8')).response.data;
  for (const key of path)
    value = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined;
  if (!isObject(value)) throw new Error(`${file} holds no object at ${path.join('.')}.`);
  return value;
}

/** The recorded queries ask for attributes of all types, as an API that cannot filter them makes it necessary. */
const unfiltered = { schema: liveSchema(['attributes(where: AssignedAttributeFilter)', 'attributes']) };

test('an order direct to consumer: a masked address, lines, and amounts with their currency', async () => {
  const stream = await goodStream(`version: 1
streams:
  orders:
    from: orders
    key: [order_id]
    columns:
      order_id: id
      number: number
      updated_at: updatedAt
      city: { path: shippingAddress.city, pii: allow }
      email: { path: customer.email, pii: mask }
      phone: { first: [shippingAddress.cellPhoneNumber, shippingAddress.phoneNumber], pii: mask }
      first_discount: discountsApplied[0].date
      lines: { each: lines, columns: { line_id: id, name: product.name, value: lineValue.value, currency: lineValue.currency.code } }
`);
  const order = recorded('order-dtc-after-update', 'updateDirectToConsumerOrder', 'order');
  expect(dataOf(stream, order)).toEqual([
    {
      order_id: '1497ccf644db871e1e4026d101bde6f3',
      number: 14,
      updated_at: null,
      city: 'Stockholm',
      email: 'j***m',
      phone: '+***0',
      first_discount: '2022-11-09T12:15:11Z',
      lines: [{ line_id: 68, name: 'Basic Jacket', value: 6750, currency: 'SEK' }],
    },
  ]);
});

test('a wholesale order: what only the other kind has is null', async () => {
  const stream = await goodStream(`version: 1
streams:
  orders:
    from: orders
    key: [number]
    columns: { number: number, status: status, on_hold: isOnHold, customer_id: customer.id, u: updatedAt, company: { path: shippingAddress.companyName, pii: allow } }
`);
  const order = recorded('orders-wholesale', 'orders', 0);
  expect(dataOf(stream, order)).toEqual([
    { number: 3957, status: 'PENDING', on_hold: false, customer_id: null, u: null, company: 'CENTRA' },
  ]);
});

test('a product with its variants and sizes: attributes of every kind, a size a row', async () => {
  const stream = await goodStream(
    `version: 1
streams:
  sizes:
    from: products
    each: variants.productSizes
    key: [size_id]
    columns:
      size_id: id
      product: ^^name
      long_name: ^^attributes[pr_long_name].text
      variant: ^name
      cost: ^unitCost.value
      color: ^attributes[sh_swatch].desc
      hex: { path: ^attributes[sh_swatch].hex, lower: true }
      image: ^attributes[sh_swatch].image
      width: ^attributes[sh_swatch].image.width
      sku: SKU
      changed: ^^updatedAt
`,
    unfiltered,
  );
  const rows = dataOf(stream, recorded('products-stock-with-counters', 'products', 0));
  expect(rows).toHaveLength(4);
  expect(rows[0]).toEqual({
    size_id: 279,
    product: 'First Product',
    long_name: 'Test 123',
    variant: 'Chair',
    cost: 41,
    color: 'Blue',
    hex: '#0000ff',
    image: 'https://sandbox.centraqa.com/client/dynamic/attributes/centra-logo_2064_png.jpg',
    width: 50,
    sku: 'Prod123Var123789S',
    changed: '2022-01-03T12:03:17Z',
  });
  expect(rows[3]).toMatchObject({ size_id: 282, variant: 'Shirt', color: null, width: null });
});
