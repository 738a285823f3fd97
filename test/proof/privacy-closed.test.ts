import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fileWith, recordsOf, sourceCentra } from '../command/harness.ts';
import { newFolder, rowsIn } from '../command/plain-folder.ts';
import { start } from '../command/running.ts';
import { tapCentra } from '../command/singer-messages.ts';
import { filesIn } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop, piiKey } from './private-shop.ts';

let shop: PrivateShop;
beforeAll(async () => {
  shop = await openPrivateShop({ orders: 40 });
});
beforeEach(() => shop.calm());

/** What tells the schema and the limits, and nothing of the shop. */
const notOfRows: readonly string[] = ['__schema', 'rateLimits'];

describe('fails closed: no row is asked for', () => {
  const hashed = (column: string) => `version: 1
streams:
  orders: { from: orders, key: [id], columns: { id: id, updated_at: updatedAt, x: ${column} } }
`;
  const email = '{ path: customer.email, pii: hash }';

  test.each<[string, string, string | null, string]>([
    ['no key', hashed(email), null, '`pii: hash` needs the key "pii_key", and the configuration has none.'],
    ['an empty key', hashed(email), '', 'pii_key'],
    ['a short key', hashed(email), 'x'.repeat(31), 'pii_key'],
    ['an unknown path', hashed('{ path: customer.mail, pii: hash }'), piiKey, 'Customer has no field "mail"'],
    ['an unknown mask', hashed('{ path: customer.email, pii: hahs }'), piiKey, '`pii` does not know "hahs"'],
    [
      'an unknown operator',
      hashed('{ path: customer.email, pi: hash }'),
      piiKey,
      '"pi" is not a keyword of a column',
    ],
    [
      'personal data that nobody decided about',
      hashed('customer.email'),
      piiKey,
      'Customer.email is personal data',
    ],
    [
      'a mask here and the clear value there',
      hashed(`${email}, y: { first: [customer.email] }`),
      piiKey,
      'personal data',
    ],
    [
      'a mask, and the same by its name alone',
      hashed('{ path: externalId, pii: hash }, y: externalId'),
      piiKey,
      'The column shows externalId as it is, which "x" masks.',
    ],
    [
      'a mask inside of an object',
      hashed('{ all: [customer.email], pii: hash }'),
      piiKey,
      '`pii: hash` works on values',
    ],
  ])('%s', async (_, yaml, key, said) => {
    const commands = ['read', 'check', 'discover'].map(async (command) => {
      const outcome = await shop.run(command, yaml, { piiKey: key, streams: ['orders'] });
      if (command !== 'check') expect(outcome.code).toBe(2);
      expect(outcome.stdout + outcome.stderr.replaceAll('"', '\\"')).toContain(said.replaceAll('"', '\\"'));
      expect(recordsOf(outcome)).toEqual([]);
      shop.expectNobody(outcome);
    });
    await Promise.all(commands);
    for (const field of await shop.askedFor()) expect(notOfRows).toContain(field);
  });
});

describe('without the key, nothing is asked for and nothing written', () => {
  const lacking = 'needs the key "pii_key", and the configuration has none.';
  const keyless = (more: object = {}) => fileWith(shop.settings(everyMask, { pii_key: undefined, ...more }));

  const expectNothingAsked = async () => expect([...(await shop.askedFor())]).toEqual([]);

  test.each([['--debug'], ['--discover'], ['--test']])('tap-centra %s', async (...args) => {
    const outcome = await tapCentra(['--config', keyless(), ...args]);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(lacking);
    shop.expectNobody(outcome);
    await expectNothingAsked();
  });

  test('tap-centra --config=ENV, and --about, which leaves the streams out', async () => {
    const environment = {
      TAP_CENTRA_ENDPOINT: shop.endpoint,
      TAP_CENTRA_API_TOKEN: shop.token,
      TAP_CENTRA_TENANT_CATALOG_SOURCE: 'file',
      TAP_CENTRA_TENANT_CATALOG_PATH: fileWith(everyMask, 'yaml'),
    };
    const read = await tapCentra(['--config=ENV'], { environment });
    expect([read.code, read.stdout]).toEqual([2, '']);
    const about = await tapCentra(['--config=ENV', '--about'], { environment });
    expect(about.code).toBe(0);
    for (const outcome of [read, about]) {
      expect(outcome.stderr).toContain(lacking);
      shop.expectNobody(outcome);
    }
    await expectNothingAsked();
  });

  test('read --format jsonl leaves no row, and those of an earlier read as they are', async () => {
    const out = newFolder();
    const args = (config: string) => ['read', '--config', config, '--format', 'jsonl', '--out', out];
    const options = { isForPeople: true };
    const refused = await sourceCentra(args(keyless()), options);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(lacking)]);
    expect(filesIn(out)).toEqual([]);
    await expectNothingAsked();
    await sourceCentra(args(fileWith(shop.settings())), options);
    const before = rowsIn(out, 'orders');
    expect(before.length).toBeGreaterThan(0);
    await shop.change({ kind: 'orders.update', count: 3 });
    await shop.advance(120);
    await shop.forgetRequests();
    const again = await sourceCentra(args(keyless()), options);
    expect(again.code).toBe(2);
    expect(rowsIn(out, 'orders')).toEqual(before);
    await expectNothingAsked();
    for (const outcome of [refused, again]) shop.expectNobody(outcome);
  });

  test('read-all: the others go on', async () => {
    const other = await openPrivateShop({ orders: 40, seed: 8 });
    const [tenants, out] = [newFolder(), newFolder()];
    const write = (name: string, settings: object) => {
      mkdirSync(join(tenants, name));
      writeFileSync(join(tenants, name, 'config.json'), JSON.stringify(settings));
    };
    write('keyless', shop.settings(everyMask, { pii_key: undefined }));
    write('whole', other.settings());
    const args = ['read-all', tenants, '--out', out, '--json', '--debug'];
    const outcome = await sourceCentra(args, { isForPeople: true });
    expect(outcome.code).toBe(2);
    const { tenants: told } = JSON.parse(outcome.stdout) as { tenants: object[] };
    expect(told).toMatchObject([
      { tenant: 'keyless', exitCode: 2, records: 0, problem: expect.stringContaining(lacking) },
      { tenant: 'whole', exitCode: 0, records: expect.any(Number) },
    ]);
    expect(readdirSync(out)).toContain('whole');
    expect(rowsIn(join(out, 'whole'), 'orders')).toHaveLength((await other.counts()).orders ?? -1);
    expect(rowsIn(join(out, 'keyless'), 'orders')).toEqual([]);
    await expectNothingAsked();
    for (const either of [shop, other]) either.expectNobody(outcome);
  });

  test.each(['airbyte', 'singer'])('serve --read --format %s', async (format) => {
    const inbox = newFolder();
    const id = `acme-${'x'.repeat(24)}`;
    const secret = 'made-up-secret-of-a-test';
    const config = keyless({ webhook_inbox: inbox, webhook_id: id, webhook_secret: secret });
    const args = ['serve', '--config', config, '--read', '--format', format, '--port', '0', '--debug'];
    const { child, ended } = start(args);
    onTestFinished(() => void child.kill('SIGKILL'));
    const outcome = await ended;
    expect(outcome.code).toBe(2);
    expect(outcome.stdout + outcome.stderr.replaceAll('"', '\\"')).toContain(lacking.replaceAll('"', '\\"'));
    expect(outcome.stdout).not.toMatch(/"type": ?"(RECORD|STATE|SCHEMA)"/);
    shop.expectNobody(outcome, id, secret);
    await expectNothingAsked();
  });
});
