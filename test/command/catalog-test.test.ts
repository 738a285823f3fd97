import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogCommand, expectCatalogGolden, workFolder, writeCatalog } from './catalog-command.ts';
import { openShop } from './sandbox-control.ts';

const recorded = join(import.meta.dirname, '..', 'fixtures', 'recorded');

const withTests = `version: 1
extends: default
streams:
  orders:
    columns:
      email: { path: customer.email, pii: hash }
      first_name: { path: shippingAddress.firstName, pii: allow }
      channel: attributes[or_channel].channel
      status_rank: { path: status, map: { PENDING: 1 }, on_error: quarantine }
    tests:
      - name: amounts by their arguments
        given:
          number: 7
          status: PENDING
          grandTotal: { value: 125 }
          grandTotal(includingTax: false): { value: 100 }
          attributes: { or_channel: { channel: web } }
        expect: { number: 7, total: 125, total_ex_tax: 100, channel: web }
      - name: a recorded answer
        given: { file: ./orders-dtc-by-number.json, at: data.orders[0] }
        expect: { number: 2041, customer_id: 618 }
      - name: a status that nobody has ranked
        given: { status: CONFIRMED }
        expect_error: not among the values
`;

test('passing tests, and exit code 0', async () => {
  copyFileSync(join(recorded, 'orders-dtc-by-number.json'), join(workFolder, 'orders-dtc-by-number.json'));
  writeCatalog('tested.yaml', withTests);
  const { code, stdout, stderr } = await catalogCommand('test', 'tested.yaml');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expectCatalogGolden('test-passing.txt', stdout);
});

test('failing tests: column by column, without the persons of a recorded answer, and exit code 1', async () => {
  copyFileSync(join(recorded, 'orders-dtc-by-number.json'), join(workFolder, 'orders-dtc-by-number.json'));
  const wrong = withTests
    .replace('channel: web }', 'channel: shop, total_ex_tx: 3 }')
    .replace('customer_id: 618 }', 'customer_id: 5, first_name: Arya }')
    .replace('grandTotal(includingTax: false): { value: 100 }', 'numbr: 8')
    .replace('expect_error: not among the values', 'expect_error: not a number');
  writeCatalog('failing.yaml', wrong);
  const { code, stdout } = await catalogCommand('test', 'failing.yaml');
  expect(code).toBe(1);
  expect(stdout).not.toContain('Maja');
  await expectCatalogGolden('test-failing.txt', stdout);
  const json = await catalogCommand('test', 'failing.yaml', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    catalog: 'failing.yaml',
    passed: 0,
    failed: 3,
    tests: [{ stream: 'orders', passed: false, line: 11 }, {}, {}],
  });
});

test('with --config, hashes have the configured key', async () => {
  const shop = await openShop(
    { orders: 5 },
    { pii_key: 'a key of 32 bytes or more, for this test', pii_key_id: '26a' },
  );
  const catalog = (hash: string) => `version: 1
extends: default
streams:
  orders:
    columns: { email: { path: customer.email, pii: hash } }
    tests: [{ given: { customer: { email: ' A@example.com' } }, expect: { email: '${hash}' } }]
`;
  writeCatalog('hashed.yaml', catalog('26a:7b9c'));
  const failing = await catalogCommand('test', 'hashed.yaml', '--config', shop.config);
  expect(failing.code).toBe(1);
  const hash = /got "(26a:[0-9a-f]{64})"/.exec(failing.stdout)?.[1] ?? '';
  writeCatalog('hashed.yaml', catalog(hash));
  expect((await catalogCommand('test', 'hashed.yaml', '--config', shop.config)).code).toBe(0);
  expect((await catalogCommand('test', 'hashed.yaml')).stdout).toContain('a fixed test key');
});

test('a catalog without tests shows how to write one', async () => {
  const { code, stdout } = await catalogCommand('test', 'default');
  expect(code).toBe(0);
  await expectCatalogGolden('test-none.txt', stdout);
});

test.each(['example-direct-to-consumer', 'example-wholesale', 'example-profit-analytics'])(
  'the tests of %s pass',
  async (name) => {
    const { code, stdout } = await catalogCommand('test', name);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\d+ passed, 0 failed/),
    });
  },
);
