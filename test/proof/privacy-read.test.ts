import { beforeAll, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { catalogCommand } from '../command/catalog-command.ts';
import { catalogOf, fileWith, lastStates, recordsOf } from '../command/harness.ts';
import type { Answered } from '../command/shop-answers.ts';
import { expectValidRecords } from '../command/valid-records.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop } from './private-shop.ts';

/*
 * Nothing personal leaves: every personal field of the schema is mapped with every mask, a shop full of awkward data is
 * read through the real process, well and badly, and what the shop says of people is looked for in all that was written.
 * This is the read for Airbyte and the tools; the other files of this name go on with each other way out.
 */

let shop: PrivateShop;
let catalog: AirbyteCatalog;

beforeAll(async () => {
  shop = await openPrivateShop();
  catalog = catalogOf(await shop.run('discover', everyMask));
});

test('the values that are looked for', async ({ annotate }) => {
  const { searched, tooShort, numeric } = shop.clear;
  await annotate(
    `${searched.length} clear values are looked for; left out are ${tooShort} with fewer than 5 characters, and ${numeric} that are numbers.`,
  );
  expect(searched.length).toBeGreaterThan(700);
  expect(tooShort + numeric).toBeLessThan(40);
  expect(searched).toEqual(
    expect.arrayContaining([
      'He said: "ring twice"',
      'Østre Alle 3\nc/o Hansen',
      '1600 "Main" St; Suite 4',
      'Żabka "24h"',
      '+4684026100',
    ]),
  );
  expect(searched.some((text) => text.startsWith('192.0.2.'))).toBe(true);
  expect(searched.some((text) => text.startsWith('PSP-'))).toBe(true);
});

test('the search itself finds a value that is let through', async () => {
  const allowed = everyMask.replace(
    /c0_hash: \{ path: "(\w+)", pii: hash \}/,
    'c0_hash: { path: otherComment, pii: allow }',
  );
  const outcome = await shop.run('read', allowed, { streams: ['orders'] });
  expect(outcome.code).toBe(0);
  expect(() => shop.expectNobody(outcome)).toThrow();
});

test.each(['discover', 'check'])('%s', async (command) => {
  const outcome = await shop.run(command, everyMask, { args: ['--debug'] });
  expect(outcome.code).toBe(0);
  shop.expectNobody(outcome);
});

test.each<[readonly string[], readonly string[]]>([
  [[], []],
  [['--json'], ['Customer:read', 'Order.shippingAddress:read', 'Event:read']],
])('doctor %j without the permissions %j', { timeout: 180_000 }, async (args, deny) => {
  await shop.control('permissions', { deny });
  const outcome = await shop.run('doctor', everyMask, { args: [...args, '--debug'], isForPeople: true });
  await shop.control('permissions', { deny: [] });
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toContain('orders-all-come');
  shop.expectNobody(outcome);
});

test('a whole read, and one that goes on from it', async () => {
  const first = await shop.run('read', everyMask, { args: ['--debug'] });
  expect(first.code).toBe(0);
  expectValidRecords(catalog, first);
  expect(recordsOf(first, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
  for (const { name } of catalog.streams) expect(recordsOf(first, name).length, name).toBeGreaterThan(0);
  shop.expectNobody(first);
  await shop.advance(300);
  await shop.change({ kind: 'orders.update', count: 5 }, { kind: 'returns.complete', count: 3 });
  await shop.advance(300);
  const state = lastStates(first);
  shop.expectNobody(JSON.stringify(state));
  const second = await shop.run('read', everyMask, { state, args: ['--debug'] });
  expect(second.code).toBe(0);
  expect(recordsOf(second, 'orders')).toHaveLength(5);
  shop.expectNobody(second);
});

test('a masked column is the mask, whatever the text is like', async () => {
  const outcome = await shop.run('read', everyMask, { streams: ['orders'] });
  const found = catalog.streams.find(({ name }) => name === 'orders');
  const { properties = {} } = (found?.json_schema ?? {}) as {
    properties?: Readonly<Record<string, unknown>>;
  };
  expect(Object.keys(properties).filter((name) => name.endsWith('_drop'))).toEqual([]);
  const hashes = Object.keys(properties).filter((name) => name.endsWith('_hash'));
  expect(hashes.length).toBeGreaterThan(35);
  for (const { data } of recordsOf(outcome, 'orders')) {
    for (const [name, value] of Object.entries(data as Answered)) {
      const values = (Array.isArray(value) ? value : [value]).filter((one) => one !== null);
      if (name.endsWith('_hash')) for (const one of values) expect(one).toMatch(/^[0-9a-f]{64}$/);
      if (name.endsWith('_mask'))
        for (const one of values) expect([...one.replace('***', '')].length).toBeLessThanOrEqual(2);
      if (/_(year|month)$/.test(name)) for (const one of values) expect(one).toBeNull();
    }
  }
});

describe('the tools show nobody either', () => {
  test.each([
    'init',
    'check',
    'check --json',
    'preview --stream orders --limit 20',
    'preview --stream orders --limit 20 --json',
    'preview --stream order_lines --limit 40',
    'preview --stream returns --limit 20 --json',
    'preview --stream purchase_orders --limit 40',
    'coverage',
    'coverage --json',
    'explain',
    'docs',
    'test',
  ])('catalog %s', async (command) => {
    const configuration = shop.settings(everyMask, {
      tenant_catalog: { source: 'file', path: fileWith(everyMask, 'yaml') },
    });
    const args = [...command.split(' '), '--config', fileWith(configuration), '--debug'];
    const outcome = await catalogCommand(...args);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout.length).toBeGreaterThan(100);
    shop.expectNobody(outcome);
  });
});
