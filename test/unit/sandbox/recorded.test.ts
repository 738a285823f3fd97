import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

const folder = 'test/fixtures/recorded';
const schema = buildSchema(readFileSync('schemas/centra.graphql', 'utf8'));

/** Customers have no attributes in this shop, and values of mapped attributes no list of their own. */
const unlike = new Set(['customers', 'mapped-attributes']);

/** The documentation leaves out the fragments that it uses elsewhere. */
const fragments: Readonly<Record<string, string>> = {
  'orders-dtc-by-number': 'fragment customerId on DirectToConsumerOrder { customer { id email } }',
};

interface Recorded {
  readonly name: string;
  readonly query: string;
  readonly response: Row;
}

const recorded: readonly Recorded[] = readdirSync(folder).flatMap((file) => {
  const name = file.replace('.json', '');
  const { query, response } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Recorded;
  const whole = `${query}\n${fragments[name] ?? ''}`;
  const document = parse(whole);
  const isQuery = document.definitions.some(
    (one) => one.kind === 'OperationDefinition' && one.operation === 'query',
  );
  return isQuery && !unlike.has(name) && validate(schema, document).length === 0
    ? [{ name, query: whole, response }]
    : [];
});

/** A value with every list cut to its first row and every leaf replaced by its type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

describe('recorded answers', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    shop = await openShop({ orders: 200, plan: 'growth' });
  });
  afterAll(() => shop.close());

  test('there are some to compare with', () => {
    expect(recorded.map(({ name }) => name)).toEqual([
      'orders-dtc-by-number',
      'orders-wholesale',
      'permission-refused',
      'product-single',
      'rate-limits',
      'stores',
      'warehouses',
    ]);
  });

  test.each(recorded)('$name has the same shape', async ({ name, query, response }) => {
    const { token } = await shop.post(
      'tokens',
      name === 'permission-refused' ? { deny: ['Order:read'] } : {},
    );
    const storeType = name.includes('wholesale') ? 'WHOLESALE' : 'DIRECT_TO_CONSUMER';
    // The shop has other orders than the one of the documentation; one with all that was recorded is there as well.
    const { data } = await shop.ask(`{ orders(limit: 200, where: { storeType: ${storeType} }) {
      number shippingAddress { firstName lastName city companyName attention } ... on DirectToConsumerOrder { customer { id } } } }`);
    const isWhole = (value: unknown): boolean =>
      typeof value === 'object' && value !== null ? Object.values(value).every(isWhole) : value !== null;
    const complete = (row: Row) => {
      const { firstName, lastName, city, companyName, attention } = row.shippingAddress ?? {};
      const needed =
        storeType === 'WHOLESALE'
          ? [companyName, attention, city]
          : [firstName, lastName, city, row.customer];
      return needed.every((value) => value !== undefined && isWhole(value));
    };
    const order = (data.orders as readonly Row[]).find(complete);
    const asked = query.replace(/number: (2041|7312)\b/, `number: ${order?.number}`);
    const answer = JSON.parse((await shop.ask(asked, {}, token as string)).text) as Row;
    const { extensions, ...rest } = response;
    const { extensions: own, ...ownRest } = answer;
    expect(shapeOf(ownRest)).toEqual(shapeOf(rest));
    for (const key of Object.keys(extensions)) expect(own).toHaveProperty(key);
    expect(own.complexity).toBe(extensions.complexity);
    if (rest.errors !== undefined)
      expect({ ...rest.errors[0], locations: [] }).toEqual({ ...ownRest.errors[0], locations: [] });
  });
});
