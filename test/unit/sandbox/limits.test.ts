import { describe, expect, test } from 'vitest';
import { retryAfter } from '../../../src/sandbox/limits/retry-after.ts';
import { noon, openShop, type Row, type ShopClient } from './shop-client.ts';

const noonSeconds = Date.parse(noon) / 1000;
const small = {
  requests: { tenSeconds: 5, oneHour: 100 },
  mutations: { tenSeconds: 2, oneHour: 10 },
  complexity: { tenSeconds: 2000, oneHour: 50_000 },
};

async function useUp(shop: ShopClient, requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) expect((await shop.ask('{ rateLimits { quota } }')).status).toBe(200);
}

describe('complexity', () => {
  test.each([
    ['{ rateLimits { type intervalSeconds quota usedQuota remainingQuota } }', 10],
    // The documented 50: a refused connection costs what it would have.
    [
      '{ orderConnection(last: 10) { totalCount pageInfo { endCursor } edges { cursor node { number grandTotal { value currency { code } } } } } }',
      50,
    ],
    // A list without a limit counts as ten.
    ['{ warehouses(where: { name: { contains: "Retail" } }) { id name status } }', 10],
    ['{ orders { number shippingAddress { city } ... on DirectToConsumerOrder { customer { id } } } }', 30],
    [
      '{ products(limit: 10) { variants { unitCost { value currency { code } } productSizes { id } } } counters { products } }',
      10 * (1 + 10 * (1 + 2 + 10)) + 1,
    ],
    ['{ orders(limit: 7) { number lines { id lineValue { value currency { code } } } } }', 7 * (1 + 10 * 3)],
    ['{ warehouses(limit: 2) { stock(limit: 200) { freeToAllocateQuantity } } }', 2 * (1 + 200)],
    ['{ warehouses(limit: 2) { stock(limit: 200) { physicalQuantity demandQuantity } } }', 2 * (1 + 200 * 5)],
    ['{ __typename }', 1],
  ])('%s costs %i', async (query, complexity) => {
    await using shop = await openShop({ orders: 20 });
    expect((await shop.ask(query)).extensions.complexity).toBe(complexity);
  });

  test('nested lists multiply, the free quantity is free, variables count, and what is skipped costs nothing', async () => {
    await using shop = await openShop({ orders: 20 });
    const cost = async (query: string, variables: Row = {}) =>
      Number((await shop.ask(query, variables)).extensions.complexity);
    const stock = (limit: number, field: string) =>
      `{ warehouses(limit: 10) { stock(limit: ${limit}) { ${field} } } }`;
    expect(await cost(stock(200, 'freeToAllocateQuantity'))).toBeGreaterThan(10 * 200);
    expect(await cost(stock(20, 'freeToAllocateQuantity'))).toBeLessThan(10 * 40);
    expect(await cost(stock(200, 'physicalQuantity'))).toBeGreaterThan(
      2.9 * (await cost(stock(200, 'freeToAllocateQuantity'))),
    );
    const paged =
      'query ($n: Int = 5, $all: Boolean! = false) { orderConnection(first: $n) { edges { node { number market @include(if: $all) { id } } } } }';
    expect(await cost(paged)).toBe(5 * 2);
    expect(await cost(paged, { n: 200 })).toBe(200 * 2);
    expect(await cost(paged, { n: 200, all: true })).toBe(200 * 3);
  });
});

describe('limits', () => {
  test('the rateLimits query counts itself and says what is left', async () => {
    await using shop = await openShop({ orders: 20, plan: 'growth' });
    const { data } = await shop.ask('{ rateLimits { type intervalSeconds quota usedQuota remainingQuota } }');
    expect(data.rateLimits).toEqual([
      { type: 'REQUEST_COUNT', intervalSeconds: 'TEN_SECONDS', quota: 60, usedQuota: 1, remainingQuota: 59 },
      { type: 'REQUEST_COUNT', intervalSeconds: 'ONE_HOUR', quota: 5000, usedQuota: 1, remainingQuota: 4999 },
      {
        type: 'QUERY_COMPLEXITY',
        intervalSeconds: 'TEN_SECONDS',
        quota: 250_000,
        usedQuota: 10,
        remainingQuota: 249_990,
      },
      {
        type: 'QUERY_COMPLEXITY',
        intervalSeconds: 'ONE_HOUR',
        quota: 30_000_000,
        usedQuota: 10,
        remainingQuota: 29_999_990,
      },
      { type: 'MUTATION_COUNT', intervalSeconds: 'TEN_SECONDS', quota: 20, usedQuota: 0, remainingQuota: 20 },
      {
        type: 'MUTATION_COUNT',
        intervalSeconds: 'ONE_HOUR',
        quota: 1800,
        usedQuota: 0,
        remainingQuota: 1800,
      },
    ]);
  });

  test('over the limit comes 429 with the time to come back, and coming early extends it', async () => {
    await using shop = await openShop({ orders: 20, plan: small });
    await useUp(shop, 5);
    const refused = await shop.ask('{ rateLimits { quota } }');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe(String(noonSeconds + 2));
    await shop.post('advance', { seconds: 1 });
    const early = await shop.ask('{ rateLimits { quota } }');
    expect(early.headers.get('retry-after')).toBe(String(noonSeconds + 3));
    await shop.post('advance', { seconds: 1 });
    expect((await shop.ask('{ rateLimits { quota } }')).status).toBe(429);
    await shop.post('advance', { seconds: 2 });
    await useUp(shop, 2);
    expect(((await shop.get('requests')) as unknown as Row[]).map((request) => request.status)).toEqual([
      200, 200, 200, 200, 200, 429, 429, 429, 200, 200,
    ]);
  });

  test('complexity runs out too, and refills with time', async () => {
    await using shop = await openShop({ orders: 20, plan: small });
    const costly = '{ orderConnection(first: 200) { edges { node { market { id } } } } }';
    expect((await shop.ask(costly)).extensions.complexity).toBe(600);
    await shop.ask(costly);
    await shop.ask(costly);
    const refused = await shop.ask(costly);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBe(noonSeconds + Math.ceil((4 * 600 - 2000) / 200));
    await shop.post('advance', { seconds: 3 });
    expect((await shop.ask(costly)).status).toBe(200);
  });

  test('a query that costs more than the quota is let in only when the bucket is full', async () => {
    await using shop = await openShop({ orders: 20, plan: small });
    const huge = '{ warehouses(limit: 10) { stock(limit: 200) { physicalQuantity } } }';
    expect((await shop.ask(huge)).extensions.complexity).toBeGreaterThan(2000);
    expect((await shop.ask(huge)).status).toBe(429);
  });

  test('other systems use the same limits', async () => {
    await using shop = await openShop({ orders: 20, plan: small });
    await shop.post('limits', { drain: { requests: 4, complexity: 100 } });
    const { data } = await shop.ask('{ rateLimits { type remainingQuota } }');
    expect(data.rateLimits[0].remainingQuota).toBe(0);
    expect(data.rateLimits[2].remainingQuota).toBe(1890);
    expect((await shop.ask('{ rateLimits { type } }')).status).toBe(429);
    await shop.post('limits', { plan: 'enterprise' });
    expect((await shop.ask('{ rateLimits { quota } }')).data.rateLimits[0].quota).toBe(1500);
    expect((await shop.post('limits', { plan: 'free' })).status).toBe(400);
  });

  test.each([
    ['epoch', '1748779202'],
    ['date-time', '2025-06-01T14:00:02+02:00'],
    ['time-of-day', '14:00:02'],
    ['delta-seconds', '2'],
    ['http-date', 'Sun, 01 Jun 2025 12:00:02 GMT'],
    ['none', undefined],
  ] as const)('Retry-After as %s is %s', (form, text) => {
    expect(retryAfter(form, noonSeconds + 2, noonSeconds)).toBe(text);
  });

  test('the form of Retry-After is an option', async () => {
    await using shop = await openShop({ orders: 20, plan: small, retryAfter: 'http-date' });
    await useUp(shop, 5);
    expect((await shop.ask('{ currencies { id } }')).headers.get('retry-after')).toBe(
      'Sun, 01 Jun 2025 12:00:02 GMT',
    );
  });
});
