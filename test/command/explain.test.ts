import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ForecastResult } from '../../src/forecast/forecast-text.ts';
import { catalogOf, configured, fileWith, lastStates, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const small = {
  requests: { tenSeconds: 30, oneHour: 9_000 },
  mutations: { tenSeconds: 20, oneHour: 1_800 },
  complexity: { tenSeconds: 60_000, oneHour: 12_000_000 },
};

async function explain(shop: TestShop, more: readonly string[] = []) {
  return sourceCentra(['explain', '--config', shop.config, ...more], { isForPeople: true });
}

async function explainJson(shop: TestShop, more: readonly string[] = []) {
  const { code, stdout } = await explain(shop, ['--json', ...more]);
  return { code, result: JSON.parse(stdout) as ForecastResult };
}

function rowsOf({ streams }: ForecastResult): Readonly<Record<string, number | null>> {
  return Object.fromEntries(streams.map(({ stream, rows }) => [stream, rows]));
}

test('before a first sync: rows, requests, complexity and time', async () => {
  const shop = await openShop({ orders: 3_000 });
  await shop.control('limits', { plan: small });
  const { code, stdout, stderr } = await explain(shop);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  await expect(stdout.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')).toMatchFileSnapshot(
    join(import.meta.dirname, '..', 'golden', 'explain', 'first-sync.txt'),
  );
});

test('the rows are those that the shop holds, and what a read takes is about what was said', async () => {
  const shop = await openShop({ orders: 3_000 });
  const { code, result } = await explainJson(shop);
  const held = await shop.counts();
  expect(code).toBe(0);
  for (const name of ['orders', 'returns', 'indeliveries'])
    expect(rowsOf(result)[name], name).toBe(held[name]);
  const lines = rowsOf(result).order_lines ?? 0;
  expect(lines / (held.order_lines ?? 0)).toBeGreaterThan(0.5);
  expect(lines / (held.order_lines ?? 0)).toBeLessThan(2);
  // Stock has no counter: where its lists end is found by looking.
  const stock = rowsOf(result).inventory ?? 0;
  expect(Math.abs(stock - (held.inventory ?? 0)) / (held.inventory ?? 1)).toBeLessThan(0.05);
  expect(result.is_complete).toBe(true);
  expect(result.times.map(({ share }) => share)).toEqual([0.5, 1]);

  const names = ['orders', 'order_lines', 'returns', 'indeliveries'];
  const catalog = fileWith(
    configured(catalogOf(await sourceCentra(['discover', '--config', shop.config])), 'incremental', names),
  );
  const { result: chosen } = await explainJson(shop, ['--catalog', catalog]);
  expect(Object.keys(rowsOf(chosen)).sort()).toEqual([...names].sort());
  await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
  const first = await sourceCentra(['read', '--config', shop.config, '--catalog', catalog]);
  const requests = (await shop.control('requests')) as { rootFields: string[] }[];
  const own = requests.filter(
    ({ rootFields }) => !rootFields.includes('__schema') && !rootFields.includes('rateLimits'),
  );
  const said = chosen.fetches.reduce((sum, fetched) => sum + fetched.requests, 0);
  expect(Math.abs(own.length - said) / said).toBeLessThan(0.3);

  await shop.advance(300);
  await shop.change({ kind: 'orders.update', count: 5 });
  await shop.advance(300);
  const state = fileWith(lastStates(first));
  const { result: next } = await explainJson(shop, ['--catalog', catalog, '--state', state]);
  // And those of the minute before the state.
  expect(rowsOf(next).orders).toBeGreaterThanOrEqual(5);
  expect(rowsOf(next).orders).toBeLessThan(100);
  expect(next.fetches.find(({ streams }) => streams.includes('returns'))?.open).toBeGreaterThan(0);
});

test('without counters, the Connections are asked; without these too, it is not known', async () => {
  const shop = await openShop({ orders: 150 });
  await shop.control('schema', { remove: ['Query.counters'] });
  const held = await shop.counts();
  expect(rowsOf((await explainJson(shop)).result).orders).toBe(held.orders);
  await shop.control('schema', { remove: ['Query.counters', 'Query.orderConnection'] });
  const { result } = await explainJson(shop);
  expect(rowsOf(result).orders).toBeNull();
  expect(rowsOf(result).returns).toBe(held.returns);
  expect(result.is_complete).toBe(false);
});

test('what the token may not see is named, and the others are told', async () => {
  const shop = await openShop({ orders: 150 });
  await shop.control('permissions', { deny: ['Return:read'] });
  const { code, result } = await explainJson(shop);
  expect(code).toBe(3);
  expect(result.unreadable.map(({ stream }) => stream)).toEqual(['returns', 'return_lines']);
  expect(rowsOf(result).orders).toBe((await shop.counts()).orders);
});
