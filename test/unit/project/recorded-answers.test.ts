import nock from 'nock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../../src/centra/answer.ts';
import { parseRateLimits } from '../../../src/centra/rate-limits.ts';
import { recorded } from '../../fixtures/recorded-answer.ts';
import { goodStream, liveSchema } from '../catalog/compile-yaml.ts';
import { scriptedClient } from '../centra/scripted-client.ts';

beforeAll(() => nock.disableNetConnect());
afterAll(() => nock.enableNetConnect());

/** The recorded answer as the client hands it on. */
async function asked(name: string): Promise<Answer> {
  const { query, response } = recorded(name);
  nock('https://acme.centra.com').post('/graphql').reply(200, response);
  const { client } = scriptedClient();
  return client.ask(
    { what: 'orders', operationName: 'recorded', query, variables: {} },
    new AbortController().signal,
  );
}

function firstOf(answer: Answer, list: string): Readonly<Record<string, unknown>> {
  const rows = answer.data[list];
  if (!Array.isArray(rows)) throw new Error(`There is no list ${list}.`);
  return rows[0];
}

const orders = (columns: string) => `version: 1
streams:
  orders: { from: orders, key: [number], columns: { number: number, status: status, ${columns} } }
`;

const context = { snapshotAt: '2026-01-01T00:00:00Z' };

test('an order direct to consumer', async () => {
  const stream = await goodStream(
    orders('customer_id: customer.id, email: { path: customer.email, pii: hash }'),
  );
  const [row] = stream.rows(firstOf(await asked('orders-dtc-by-number'), 'orders'), context);
  expect(row).toMatchObject({
    data: {
      number: 2041,
      status: 'PENDING',
      customer_id: 618,
      email: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
});

test('a wholesale order', async () => {
  const stream = await goodStream(
    orders('customer_id: customer.id, company: { path: shippingAddress.companyName, pii: allow }'),
  );
  const [row] = stream.rows(firstOf(await asked('orders-wholesale'), 'orders'), context);
  expect(row).toMatchObject({ data: { number: 7312, customer_id: null, company: 'NORDHEM' } });
});

test('attributes of products and of their variants', async () => {
  const stream = await goodStream(
    `version: 1
streams:
  variants:
    from: products
    each: variants
    key: [id]
    columns:
      id: id
      long_name: ^attributes[pr_long_name].text
      hex: attributes[sh_swatch].hex
      width: attributes[sh_swatch].image.width
`,
    { schema: liveSchema(['attributes(where: AssignedAttributeFilter)', 'attributes']) },
  );
  const rows = stream.rows(firstOf(await asked('products-stock-with-counters'), 'products'), context);
  expect(rows).toMatchObject([
    { data: { id: 1, long_name: 'Wool Coat, long', hex: '#C2B280', width: 50 } },
    { data: { id: 2, long_name: 'Wool Coat, long', hex: null, width: null } },
  ]);
});

test('the refused permission', async () => {
  await expect(asked('permission-refused')).rejects.toMatchObject({
    kind: 'permission',
    message: 'The API token may not read orders: it lacks Order:read.',
  });
});

test('the rate limits', async () => {
  const { data } = await asked('rate-limits');
  expect(parseRateLimits(data)).toEqual([
    { resource: 'requests', windowMs: 10_000, quota: 60, remaining: 59 },
    { resource: 'requests', windowMs: 3_600_000, quota: 5_000, remaining: 4_999 },
    { resource: 'complexity', windowMs: 10_000, quota: 250_000, remaining: 249_990 },
    { resource: 'complexity', windowMs: 3_600_000, quota: 30_000_000, remaining: 29_999_990 },
  ]);
});
