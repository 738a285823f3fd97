import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { catalogCommand } from '../command/catalog-command.ts';
import {
  catalogOf,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  type RunOptions,
  recordsOf,
  sourceCentra,
} from '../command/harness.ts';
import { openShop, type TestShop } from '../command/sandbox-control.ts';
import type { Answered } from '../command/shop-answers.ts';
import { expectValidRecords } from '../command/valid-records.ts';
import { type ClearValues, clearValuesOf, expectNobody as expectNoValues } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';

/*
 * Nothing personal leaves: every personal field of the schema is mapped with every mask, a shop full of awkward data is
 * read through the real process, well and badly, and what the shop says of people is looked for in all that was written.
 */

const piiKey = 'a key that must not be seen anywhere, of 32 bytes or more';

let shop: TestShop;
let catalog: AirbyteCatalog;
let clear: ClearValues;

beforeAll(async () => {
  shop = await openShop({ orders: 210, seed: 5 });
  clear = await clearValuesOf(shop);
  catalog = catalogOf(await run('discover', everyMask));
});

/** How many requests a fault has struck since the last test. */
async function struckBy(kind: string): Promise<number> {
  const requests = (await shop.control('requests')) as { fault: string | null }[];
  return requests.filter(({ fault }) => fault === kind).length;
}

beforeEach(async () => {
  await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
  await shop.control('faults', { faults: [] });
  await shop.control('permissions', { deny: [] });
  await shop.control('latency', { ms: 0 });
});

function expectNobody(outcome: Pick<Outcome, 'stdout' | 'stderr'>, values: ClearValues): void {
  expectNoValues(outcome, values);
  expect(outcome.stdout + outcome.stderr).not.toContain(piiKey);
  expect(outcome.stdout + outcome.stderr).not.toContain(shop.token);
}

interface Running extends RunOptions {
  readonly args?: readonly string[];
  readonly state?: unknown;
  readonly piiKey?: string | null;
  readonly streams?: readonly string[];
}

/** Runs a command with a catalog of its own. */
async function run(command: string, yaml: string, running: Running = {}): Promise<Outcome> {
  const { args = [], state, piiKey: key = piiKey, streams, ...options } = running;
  const configuration = {
    endpoint: shop.endpoint,
    api_token: shop.token,
    tenant_catalog: { source: 'inline', yaml },
    ...(key === null ? {} : { pii_key: key }),
  };
  const all = [command, '--config', fileWith(configuration), ...args];
  if (command === 'read') all.push('--catalog', fileWith({ streams: wanted(streams) }));
  if (state !== undefined) all.push('--state', fileWith(state));
  return sourceCentra(all, options);
}

/** Streams of a configured catalog, with all of their columns. */
function wanted(streams: readonly string[] | undefined): readonly unknown[] {
  const names = streams ?? catalog.streams.map(({ name }) => name);
  return names.map((name) => ({
    stream: { name },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  }));
}

test('the values that are looked for', async ({ annotate }) => {
  const { searched, tooShort, numeric } = clear;
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
  const outcome = await run('read', allowed, { streams: ['orders'] });
  expect(outcome.code).toBe(0);
  expect(() => expectNobody(outcome, clear)).toThrow();
});

test.each(['discover', 'check'])('%s', async (command) => {
  const outcome = await run(command, everyMask, { args: ['--debug'] });
  expect(outcome.code).toBe(0);
  expectNobody(outcome, clear);
});

test('a whole read, and one that goes on from it', async () => {
  const first = await run('read', everyMask, { args: ['--debug'] });
  expect(first.code).toBe(0);
  expectValidRecords(catalog, first);
  expect(recordsOf(first, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
  for (const { name } of catalog.streams) expect(recordsOf(first, name).length, name).toBeGreaterThan(0);
  expectNobody(first, clear);
  await shop.advance(300);
  await shop.change({ kind: 'orders.update', count: 5 }, { kind: 'returns.complete', count: 3 });
  await shop.advance(300);
  const state = lastStates(first);
  expectNobody({ stdout: JSON.stringify(state), stderr: '' }, clear);
  const second = await run('read', everyMask, { state, args: ['--debug'] });
  expect(second.code).toBe(0);
  expect(recordsOf(second, 'orders')).toHaveLength(5);
  expectNobody(second, clear);
});

test('a masked column is the mask, whatever the text is like', async () => {
  const outcome = await run('read', everyMask, { streams: ['orders'] });
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
    const configuration = {
      endpoint: shop.endpoint,
      api_token: shop.token,
      tenant_catalog: { source: 'file', path: fileWith(everyMask, 'yaml') },
      pii_key: piiKey,
    };
    const args = [...command.split(' '), '--config', fileWith(configuration), '--debug'];
    const outcome = await catalogCommand(...args);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout.length).toBeGreaterThan(100);
    expectNobody(outcome, clear);
  });
});

describe('when things go wrong', () => {
  test.each([
    'internal',
    'partial-internal',
    'half-body',
    'bad-json',
    'html',
    '502-html',
    'reset',
    'throttle',
  ])('%s, twice, and then all is well', async (kind) => {
    await shop.control('faults', { faults: [{ kind, seconds: 1, after: 2, times: 2 }] });
    const outcome = await run('read', everyMask, { args: ['--debug'], streams: ['orders', 'returns'] });
    expect(await struckBy(kind)).toBeGreaterThan(0);
    expectNobody(outcome, clear);
  });

  test.each(['internal', 'partial-internal', 'half-body', 'bad-json'])(
    '%s, without end, until the platform loses its patience',
    async (kind) => {
      await shop.control('faults', { faults: [{ kind, match: 'orderConnection' }] });
      const outcome = await run('read', everyMask, {
        args: ['--debug'],
        streams: ['orders'],
        killAfterLines: 6,
        signal: 'SIGTERM',
      });
      expect(outcome.code).not.toBe(0);
      expect(await struckBy(kind)).toBeGreaterThan(0);
      expectNobody(outcome, clear);
    },
  );

  test('refused permissions, of parts and of the whole', async () => {
    const deny = ['Order.shippingAddress:read', 'Customer:read', 'Return:read'];
    await shop.control('permissions', { deny });
    const outcome = await run('read', everyMask, { args: ['--debug'] });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('Return:read');
    expectNobody(outcome, clear);
    expectNobody(await run('check', everyMask, { args: ['--debug'] }), clear);
  });

  test.each([
    ['a mask that is no date', '{ path: shippingAddress.city, pii: year, on_error: fail }'],
    [
      'a masked text that is no number',
      '{ path: billingAddress.email, pii: mask, type: integer, on_error: fail }',
    ],
    [
      'a masked text that no map knows',
      '{ path: shippingAddress.lastName, pii: mask, map: { a: b }, on_error: fail }',
    ],
    ['a hash that is no decimal', '{ path: otherComment, pii: hash, type: "decimal(4,2)", on_error: fail }'],
    [
      'what is let through on purpose, but is no number',
      '{ path: customer.email, pii: allow, type: integer, on_error: fail }',
    ],
    [
      'what is let through on purpose, and no map knows',
      '{ path: otherComment, pii: allow, map: { a: b }, on_error: fail }',
    ],
    [
      'an attribute that is no time',
      '{ path: "attributes[or_gift].message", type: timestamp, on_error: fail }',
    ],
    [
      'a raw answer that is no boolean',
      '{ path: "paymentHistory[].paramsJSON", pii: allow, type: boolean, on_error: fail }',
    ],
  ])('a value that refuses to convert: %s', async (_, column) => {
    const yaml = (source: string) => `version: 1
streams:
  orders: { from: orders, key: [id], columns: { id: id, updated_at: updatedAt, x: ${source} } }
`;
    const failed = await run('read', yaml(column), { streams: ['orders'], args: ['--debug'] });
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('orders.x: a value ');
    expectNobody(failed, clear);
    const held = await run('read', yaml(column.replace('fail', 'quarantine')), { streams: ['orders'] });
    expect(held.code).toBe(0);
    expect(logsOf(held).join('\n')).toContain('held back by on_error: quarantine');
    expectNobody(held, clear);
  });

  test('values of another type than the schema says', async () => {
    const odd = await openShop({ orders: 40, seed: 9 });
    await odd.change({
      kind: 'orders.update',
      count: 5,
      set: { shippingAddress: { email: { address: 'odd.person@example.com' }, city: ['Oddingham on Sea'] } },
    });
    await odd.advance(120);
    const configuration = {
      endpoint: odd.endpoint,
      api_token: odd.token,
      tenant_catalog: { source: 'inline', yaml: everyMask },
      pii_key: piiKey,
    };
    const streams = fileWith({ streams: wanted(['orders']) });
    const args = ['read', '--debug', '--config', fileWith(configuration), '--catalog', streams];
    const outcome = await sourceCentra(args, { killAfterLines: 5, signal: 'SIGTERM' });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/odd\.person|Oddingham/i);
  });

  test('a crash at any moment, and what goes on after it', async () => {
    // So that the second page is still to come when the first is out.
    await shop.control('latency', { ms: 200 });
    const kills = [1, 60, 205];
    const streams = ['orders', 'returns'];
    let state: unknown;
    for (const killAfterLines of kills) {
      const killed = await run('read', everyMask, { killAfterLines, state, streams, args: ['--debug'] });
      expect(killed.code).toBeNull();
      expectNobody(killed, clear);
      const states = lastStates(killed);
      if (states.length > 0) state = states;
    }
    const outcome = await run('read', everyMask, { state, streams, args: ['--debug'] });
    expect(outcome.code).toBe(0);
    expectNobody(outcome, clear);
  });

  test('an output that nobody reads any more', async () => {
    const outcome = await run('read', everyMask, { killAfterLines: 2, signal: 'SIGINT', args: ['--debug'] });
    expectNobody(outcome, clear);
  });
});

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
    for (const command of ['read', 'check', 'discover']) {
      await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
      const outcome = await run(command, yaml, { piiKey: key, streams: ['orders'] });
      if (command !== 'check') expect(outcome.code).toBe(2);
      expect(outcome.stdout + outcome.stderr.replaceAll('"', '\\"')).toContain(said.replaceAll('"', '\\"'));
      expect(recordsOf(outcome)).toEqual([]);
      expectNobody(outcome, clear);
      const requests = (await shop.control('requests')) as { rootFields: string[] }[];
      const asked = new Set(requests.flatMap(({ rootFields }) => rootFields));
      for (const field of asked) expect(notOfRows).toContain(field);
    }
  });
});
