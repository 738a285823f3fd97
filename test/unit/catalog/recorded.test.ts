import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isObject } from '../../../src/json.ts';
import { dataOf, goodStream, liveSchema } from './compile-yaml.ts';

/** An answer in the shape that the public documentation shows, down to the object in it. */
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
      order_id: '7d20b9e4a51c4f0e93ab6c18f2d4570a',
      number: 2041,
      updated_at: null,
      city: 'Uppsala',
      email: 'm***m',
      phone: '+***0',
      first_discount: '2025-11-09T12:15:11Z',
      lines: [{ line_id: 9127, name: 'Linen Shirt', value: 4500, currency: 'SEK' }],
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
    { number: 7312, status: 'PENDING', on_hold: false, customer_id: null, u: null, company: 'NORDHEM' },
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
    size_id: 4411,
    product: 'Wool Coat',
    long_name: 'Wool Coat, long',
    variant: 'Sand',
    cost: 38,
    color: 'Sand',
    hex: '#c2b280',
    image: 'https://shop.example.com/attributes/swatch-sand.jpg',
    width: 50,
    sku: 'WC77V01S',
    changed: '2025-01-03T12:03:17Z',
  });
  expect(rows[3]).toMatchObject({ size_id: 4414, variant: 'Moss', color: null, width: null });
});
