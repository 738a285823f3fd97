import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type ShopClient } from './shop-client.ts';

describe('access', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    shop = await openShop({ orders: 60 });
  });
  afterAll(() => shop.close());

  const bare = (headers: Record<string, string>, body: string) =>
    fetch(shop.endpoint, { method: 'POST', headers, body });
  const currencies = JSON.stringify({ query: '{ currencies { code } }' });

  test('a wrong, a missing and an expired token are refused with 403 and a JSON body', async () => {
    const { token: expired } = await shop.post('tokens', { expired: true });
    for (const headers of [
      {},
      { Authorization: 'Bearer wrong' },
      { Authorization: `Bearer ${String(expired)}` },
    ]) {
      const response = await bare(headers as Record<string, string>, currencies);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { category: 'authentication' } }],
      });
    }
  });

  test('the token works in a cookie as well', async () => {
    const response = await bare({ Cookie: `a=b; graphql-access=${shop.token}` }, currencies);
    expect(response.status).toBe(200);
  });

  test('a body that is no JSON, or holds no query, is a bad request', async () => {
    const headers = { Authorization: `Bearer ${shop.token}` };
    expect((await bare(headers, 'query { currencies }')).status).toBe(400);
    expect((await bare(headers, '{"variables": {}}')).status).toBe(400);
    expect((await fetch(shop.endpoint)).status).toBe(405);
  });

  test('answers are dated by the clock of the sandbox and say what they cost', async () => {
    const { headers, extensions } = await shop.ask('{ currencies { code } }');
    expect(headers.get('date')).toBe('Sun, 01 Jun 2025 12:00:00 GMT');
    expect(extensions).toMatchObject({ complexity: 10, permissionsUsed: [], appVersion: 'v1.60.0' });
  });

  test('introspection needs a token, and shows the schema', async () => {
    const query = '{ __schema { queryType { name } types { name } } }';
    expect((await shop.ask(query, {}, 'wrong')).status).toBe(403);
    const { data } = await shop.ask(query);
    expect(data.__schema.types.map((type: { name: string }) => type.name)).toContain('PurchaseOrderDelivery');
  });

  test('an invalid query is answered with errors of the category graphql and no data', async () => {
    const { status, text, errors } = await shop.ask('{ orders { colour } }');
    expect(status).toBe(400);
    expect(errors[0]?.extensions.category).toBe('graphql');
    expect(JSON.parse(text)).not.toHaveProperty('data');
  });

  test('a missing permission refuses a root list whole', async () => {
    const { token } = await shop.post('tokens', { deny: ['Order:read'] });
    const { text } = await shop.ask(
      '{ orderConnection(last: 10) { edges { node { grandTotal { currency { id } } } } pageInfo { endCursor } } }',
      {},
      token,
    );
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: 'You need Order:read permission to access orderConnection.',
          extensions: { category: 'authorization' },
          locations: [{ line: 1, column: 3 }],
          path: ['orderConnection'],
        },
      ],
      extensions: { complexity: 50, permissionsUsed: ['Order:read'], appVersion: 'v1.60.0' },
    });
  });

  test('a missing permission on a nested field gives null there, an error a row, and the rest of the data', async () => {
    const { token } = await shop.post('tokens', { deny: ['Order.shippingAddress:read'] });
    const query =
      '{ orders(limit: 3) { number shippingAddress { city } billingAddress { country { code } } } }';
    const { data, errors } = await shop.ask(query, {}, token);
    expect(data.orders).toHaveLength(3);
    expect(data.orders.map((order: { shippingAddress: unknown }) => order.shippingAddress)).toEqual([
      null,
      null,
      null,
    ]);
    expect(errors.map((error) => error.path)).toEqual(
      [0, 1, 2].map((row) => ['orders', row, 'shippingAddress']),
    );
    expect(errors[0]?.message).toBe(
      'You need Order.shippingAddress:read permission to access shippingAddress.',
    );
  });

  test('a missing permission on a nested field that cannot be null takes its parent with it', async () => {
    const { token } = await shop.post('tokens', { deny: ['Store:read'] });
    const { data, errors } = await shop.ask('{ order(number: 1001) { store { id } } }', {}, token);
    expect(data).toEqual({ order: null });
    expect(errors[0]?.path).toEqual(['order', 'store']);
  });

  test('the main token can lose a permission and get it back', async () => {
    await shop.post('permissions', { deny: ['Return:read'] });
    expect((await shop.ask('{ returns { id } }')).errors[0]?.extensions.category).toBe('authorization');
    expect((await shop.ask('{ counters { returns } }')).errors).toHaveLength(1);
    await shop.post('permissions', { deny: [] });
    expect((await shop.ask('{ returns { id } }')).errors).toEqual([]);
  });

  test('a token with only the former name of a permission is let in, and told so', async () => {
    const { token } = await shop.post('tokens', { permissions: ['Order:read', 'Purchaser:read'] });
    const query = '{ orders(limit: 1) { ... on DirectToConsumerOrder { customer { id } } } }';
    const { errors, extensions } = await shop.ask(query, {}, token);
    expect(errors).toEqual([]);
    expect(extensions.deprecatedPermissionsUsed[0]).toMatch(/^Purchaser:read: .* \d{4}-\d\d-\d\d$/);
  });

  test('a token can be restricted to stores', async () => {
    const { token } = await shop.post('tokens', { storeIds: [3] });
    const query = '{ orders(limit: 200) { store { id } } counters { orders } }';
    const { data } = await shop.ask(query, {}, token);
    expect(new Set(data.orders.map((order: { store: { id: number } }) => order.store.id))).toEqual(
      new Set([3]),
    );
    expect(data.counters.orders).toBe(data.orders.length);
    const relations =
      '{ products(limit: 50) { brand { id } } stores { id } shipments(limit: 200) { order { store { id } } } }';
    const seen = await shop.ask(relations, {}, token);
    expect(seen.errors).toEqual([]);
    expect(seen.data.products.every((product: { brand: unknown }) => product.brand === null)).toBe(true);
    expect(seen.data.stores).toEqual([{ id: 3 }]);
    for (const shipment of seen.data.shipments) expect(shipment.order.store.id).toBe(3);
  });
});
