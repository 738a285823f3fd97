import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fileWith } from '../command/harness.ts';
import { lastStateIn, recordsIn, tapCentra } from '../command/singer-messages.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop, piiKey } from './private-shop.ts';

let shop: PrivateShop;
let config: string;
beforeAll(async () => {
  shop = await openPrivateShop({ orders: 80 });
  config = fileWith(shop.settings());
});
beforeEach(() => shop.calm());

test('a whole read with its metrics, and one that goes on from it', async () => {
  const first = await tapCentra(['--config', config, '--debug']);
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/METRIC: .*record_count/);
  expect(first.stderr).toMatch(/METRIC: .*http_request_duration/);
  for (const stream of ['orders', 'order_lines', 'returns', 'deliveries', 'purchase_orders'])
    expect(recordsIn(first, stream).length, stream).toBeGreaterThan(0);
  shop.expectNobody(first);
  await shop.change({ kind: 'orders.update', count: 5 }, { kind: 'returns.complete', count: 3 });
  await shop.advance(300);
  const state = fileWith(lastStateIn(first));
  const second = await tapCentra(['--config', config, '--state', state, '--debug']);
  expect(second.code).toBe(0);
  expect(recordsIn(second, 'orders')).toHaveLength(5);
  shop.expectNobody(second);
});

test.each([
  ['--discover'],
  ['--about'],
  ['--about', '--format', 'json'],
  ['--about', '--format', 'markdown'],
  ['--test'],
])('%s %s %s', async (...args) => {
  const outcome = await tapCentra(['--config', config, '--debug', ...args]);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout.length + outcome.stderr.length).toBeGreaterThan(100);
  shop.expectNobody(outcome);
});

test('settings from the environment', async () => {
  const environment = {
    TAP_CENTRA_ENDPOINT: shop.endpoint,
    TAP_CENTRA_API_TOKEN: shop.token,
    TAP_CENTRA_PII_KEY: piiKey,
    TAP_CENTRA_TENANT_CATALOG_SOURCE: 'file',
    TAP_CENTRA_TENANT_CATALOG_PATH: fileWith(everyMask, 'yaml'),
    // Names that mean nothing are named; what they hold is not shown.
    TAP_CENTRA_APITOKEN: shop.token,
  };
  const outcome = await tapCentra(['--config=ENV', '--debug'], { environment });
  expect(outcome.code).toBe(0);
  expect(outcome.stderr).toContain('apitoken');
  expect(recordsIn(outcome, 'orders')).toHaveLength(80);
  shop.expectNobody(outcome);
});

describe('when things go wrong', () => {
  const wrong = 'a-token-that-the-shop-does-not-know';

  test.each([['--debug'], ['--discover'], ['--test'], ['--about']])('a wrong token: %s', async (...args) => {
    const settings = fileWith(shop.settings(everyMask, { api_token: wrong }));
    const outcome = await tapCentra(['--config', settings, ...args]);
    expect(outcome.code).toBe(args.includes('--about') ? 0 : 3);
    expect(outcome.stderr).toContain('Centra refused the API token');
    shop.expectNobody(outcome, wrong);
  });

  test('settings that cannot be understood', async () => {
    const environment = { TAP_CENTRA_API_TOKEN: shop.token, TAP_CENTRA_EVENTS: shop.token };
    const given: readonly (readonly string[])[] = [
      ['--config=ENV'],
      ['--config', JSON.stringify(shop.settings())],
      ['--config', fileWith(JSON.stringify(shop.settings()).slice(0, -5))],
      ['--config', fileWith(shop.settings(everyMask, { endpoint: `https://${shop.token}@acme.centra.com` }))],
      [
        '--config',
        fileWith(shop.settings(everyMask, { max_concurrency: 'x', pii_key: shop.token.slice(0, 9) })),
      ],
      ['--config', fileWith(shop.settings(everyMask, { pii_key_id: piiKey }))],
      ['--config', fileWith(shop.settings(everyMask, { max_concurrency: piiKey }))],
      ['--config', config, '--catalog', config],
      ['--config', config, '--state', config],
      ['--config', config, `--api_token=${shop.token}`],
      ['--config', config, '--api_token', shop.token],
    ];
    const outcomes = await Promise.all(given.map((args) => tapCentra([...args, '--debug'], { environment })));
    for (const [at, outcome] of outcomes.entries()) {
      expect([outcome.code, outcome.stdout], String(at)).toEqual([2, '']);
      shop.expectNobody(outcome);
    }
  });

  test.each(['partial-internal', 'half-body'])('%s, twice', async (kind) => {
    await shop.control('faults', { faults: [{ kind, seconds: 1, after: 2, times: 2 }] });
    shop.expectNobody(await tapCentra(['--config', config, '--debug']));
    const requests = (await shop.control('requests')) as { fault: string | null }[];
    expect(requests.some(({ fault }) => fault === kind)).toBe(true);
  });

  test('a target that dies, and a kill', async () => {
    for (const end of ['closed pipe', 'SIGTERM', 'SIGKILL'] as const)
      shop.expectNobody(await tapCentra(['--config', config, '--debug'], { atLines: { lines: 30, end } }));
  });
});
