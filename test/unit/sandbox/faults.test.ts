import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type ShopClient } from './shop-client.ts';

describe('faults', () => {
  let shop: ShopClient;
  beforeEach(async () => {
    shop = await openShop({ orders: 40 });
  });
  afterEach(() => shop.close());

  const strike = (fault: Record<string, unknown>) => shop.post('faults', { faults: [fault] });
  const query = '{ orders(limit: 2) { number country { code } } }';

  test.each([
    ['500', 500, 'application/json'],
    ['503', 503, 'application/json'],
    ['502-html', 502, 'text/html'],
    ['html', 200, 'text/html'],
    ['bad-json', 200, 'application/json'],
  ])('%s answers %i with %s', async (kind, status, type) => {
    await strike({ kind });
    const answer = await shop.ask(query);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(answer.data).toBeUndefined();
  });

  test.each(['reset', 'half-body'])('%s breaks the connection', async (kind) => {
    await strike({ kind, times: 1 });
    await expect(shop.ask(query)).rejects.toThrow();
    expect((await shop.ask(query)).status).toBe(200);
  });

  test('hang never answers, and can be ended', async () => {
    await strike({ kind: 'hang', ms: 30 });
    await expect(shop.ask(query)).rejects.toThrow();
    await strike({ kind: 'hang' });
    const signal = AbortSignal.timeout(60);
    const init = {
      method: 'POST',
      headers: { Authorization: `Bearer ${shop.token}` },
      body: JSON.stringify({ query }),
      signal,
    };
    await expect(fetch(shop.endpoint, init)).rejects.toThrow(/timeout|aborted/i);
  });

  test('slow answers all the same', async () => {
    await strike({ kind: 'slow', ms: 5 });
    expect((await shop.ask(query)).data.orders).toHaveLength(2);
    await shop.post('latency', { ms: 1 });
    expect((await shop.ask(query)).status).toBe(200);
  });

  test('throttle answers 429 in any form', async () => {
    await strike({ kind: 'throttle', seconds: 7, retryAfter: 'delta-seconds' });
    expect((await shop.ask(query)).headers.get('retry-after')).toBe('7');
    await strike({ kind: 'throttle', retryAfter: 'none' });
    const answer = await shop.ask(query);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null]);
  });

  test('internal has errors and null data; partial-internal has the rest of the data', async () => {
    await strike({ kind: 'internal' });
    const whole = await shop.ask(query);
    expect([whole.status, whole.data, whole.errors[0]?.extensions.category]).toEqual([200, null, 'internal']);
    await strike({ kind: 'partial-internal' });
    const part = await shop.ask(
      '{ orderConnection(first: 3) { edges { node { number store { id } externalId billingAddress { city } country { code } } } } }',
    );
    expect(part.errors).toHaveLength(1);
    expect(part.errors[0]?.extensions.category).toBe('internal');
    const path = part.errors[0]?.path ?? [];
    expect(path.slice(0, 4)).toEqual(['orderConnection', 'edges', 0, 'node']);
    expect(part.data.orderConnection.edges[0].node[String(path[4])]).toBeNull();
    expect(part.data.orderConnection.edges).toHaveLength(3);
  });

  test('after, times, match and rate decide which requests are struck', async () => {
    const statuses = async (count: number, text = query) => {
      const seen: number[] = [];
      for (let i = 0; i < count; i++) seen.push((await shop.ask(text)).status);
      return seen;
    };
    await strike({ kind: '500', after: 1, times: 2, match: 'orders' });
    expect(await statuses(2, '{ currencies { id } }')).toEqual([200, 200]);
    expect(await statuses(5)).toEqual([200, 500, 500, 200, 200]);
    const drawn = async (seed: number) => {
      await shop.post('faults', { faults: [{ kind: '503', rate: 0.4 }], seed });
      return statuses(20);
    };
    const once = await drawn(7);
    expect(new Set(once)).toEqual(new Set([200, 503]));
    expect(await drawn(7)).toEqual(once);
    expect(await drawn(8)).not.toEqual(once);
  });

  test('the log names the fault', async () => {
    await strike({ kind: '500', times: 1 });
    await shop.ask('query read ($n: Int) { orders(limit: $n) { number } }', { n: 7 });
    await shop.ask('query read ($n: Int) { orders(limit: $n) { number } }', { n: 7 });
    const expected = { at: '2025-06-01T12:00:00.000Z', operationName: 'read', variables: { n: 7 } };
    expect(await shop.get('requests')).toEqual([
      { ...expected, status: 500, fault: '500', rootFields: [], complexity: 0, pageSize: null },
      { ...expected, status: 200, fault: null, rootFields: ['orders'], complexity: 7, pageSize: 7 },
    ]);
    await shop.remove('requests');
    expect(await shop.get('requests')).toEqual([]);
  });
});
