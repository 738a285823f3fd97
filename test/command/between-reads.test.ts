import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shopHash } from '../../src/sync/origin/shop.ts';
import { fileWith, lastStates, logsOf, type Outcome, recordsOf, sourceCentra } from './harness.ts';
import { newFolder, rowsIn } from './plain-folder.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

interface Settings {
  readonly yaml?: string;
  readonly [name: string]: unknown;
}

const piiKey = 'k'.repeat(32);

/** A configuration of the shop under these settings. */
function configOf(shop: TestShop, { yaml, ...settings }: Settings = {}): string {
  const catalog = yaml === undefined ? {} : { tenant_catalog: { source: 'inline', yaml } };
  return fileWith({
    endpoint: shop.endpoint,
    api_token: shop.token,
    pii_key: piiKey,
    ...catalog,
    ...settings,
  });
}

async function read(
  config: string,
  before: Outcome | readonly unknown[] | undefined,
  ...args: readonly string[]
): Promise<Outcome> {
  const states = before !== undefined && 'messages' in before ? lastStates(before) : before;
  const given = states === undefined ? [] : ['--state', fileWith(states)];
  return sourceCentra(['read', '--config', config, ...args, ...given]);
}

interface TestState {
  readonly stream: {
    readonly stream_descriptor: { readonly name: string };
    readonly stream_state: Readonly<Record<string, unknown>>;
  };
}

function stateOf(outcome: Outcome, stream: string): Readonly<Record<string, unknown>> {
  const states = lastStates(outcome) as unknown as readonly TestState[];
  const found = states.find(({ stream: { stream_descriptor: of } }) => of.name === stream);
  if (found === undefined) throw new Error(`There is no state of ${stream}.`);
  return found.stream.stream_state;
}

/** The last states, with this changed in each. */
function statesWith(outcome: Outcome, change: Readonly<Record<string, unknown>>): readonly unknown[] {
  return (lastStates(outcome) as unknown as readonly TestState[]).map((state) => ({
    ...state,
    stream: { ...state.stream, stream_state: { ...state.stream.stream_state, ...change } },
  }));
}

function deletedIn(outcome: Outcome): readonly unknown[] {
  return recordsOf(outcome).filter(
    ({ data }) => (data as { _ab_cdc_deleted_at?: unknown })._ab_cdc_deleted_at !== undefined,
  );
}

const ids = (outcome: Outcome) =>
  recordsOf(outcome)
    .map(({ data }) => String((data as { id: unknown }).id))
    .sort();

function problemsOf(outcome: Outcome): readonly string[] {
  return logsOf(outcome).filter((line) => line.startsWith('WARN'));
}

function errorsOf({ messages }: Outcome): readonly string[] {
  return messages.flatMap(({ trace }) => (trace?.error === undefined ? [] : [trace.error.message]));
}

const orders = (columns: string, more = '') => `version: 1
streams:
  sales:
    from: orders
    key: [id]
${more}    columns: { id: id, updated_at: updatedAt, number: number, ${columns} }
`;

describe('the mapping', () => {
  test('another filter is read from the beginning, and says so; nothing is deleted by it', async () => {
    const shop = await openShop({ orders: 120 });
    const yaml = (where: string) => `version: 1
streams:
  sales:
    from: returns
${where}    key: [id]
    columns: { id: id, created_at: createdAt, status: returnStatus }
`;
    const narrow = configOf(shop, { yaml: yaml('    where: { returnStatus: [COMPLETED] }\n') });
    const wide = configOf(shop, { yaml: yaml('') });
    const first = await read(narrow, undefined, '--only', 'sales');
    expect(first.code).toBe(0);
    const second = await read(wide, first, '--only', 'sales');
    expect(second.code).toBe(0);
    expect(recordsOf(second)).toHaveLength((await shop.counts()).returns ?? 0);
    expect(recordsOf(second).length).toBeGreaterThan(recordsOf(first).length);
    expect(problemsOf(second)).toEqual([
      'WARN The stream "sales" is read from the beginning, because since its state was written its "where" is another. Rows that were written before stay where they are; to begin without them: read --full-refresh sales (in Airbyte: refresh the stream; in Meltano: run --full-refresh).',
    ]);
    await shop.advance(2 * 86_400);
    const back = await read(narrow, second, '--only', 'sales');
    expect(ids(back)).toEqual(ids(first));
    expect(deletedIn(back)).toEqual([]);
  });

  test('another root, or another key, is read from the beginning', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(
      configOf(shop, { yaml: orders('status: status') }),
      undefined,
      '--only',
      'sales',
    );
    const other = `version: 1
streams:
  sales: { from: returns, key: [id], columns: { id: id, created_at: createdAt } }
`;
    const second = await read(configOf(shop, { yaml: other }), first, '--only', 'sales');
    expect(recordsOf(second)).toHaveLength((await shop.counts()).returns ?? 0);
    expect(problemsOf(second).join()).toContain('it comes from returns, and came from orders');
    const byNumber = orders('status: status').replace('key: [id]', 'key: [number]');
    const third = await read(configOf(shop, { yaml: byNumber }), first, '--only', 'sales');
    expect(recordsOf(third)).toHaveLength((await shop.counts()).orders ?? 0);
    expect(problemsOf(third).join()).toContain('its key is another');
  });

  test('an earlier start date brings the time before it, and nothing twice', async () => {
    const shop = await openShop({ orders: 120 });
    const late = configOf(shop, { start_date: '2026-04-01' });
    const first = await read(late, undefined, '--only', 'orders');
    const second = await read(configOf(shop, { start_date: '2026-02-01' }), first, '--only', 'orders');
    expect(second.code).toBe(0);
    const whole = await read(configOf(shop), second, '--only', 'orders');
    const all = [...ids(first), ...ids(second), ...ids(whole)];
    expect(all).toHaveLength((await shop.counts()).orders ?? 0);
    expect(new Set(all).size).toBe(all.length);
    expect(recordsOf(second).length).toBeGreaterThan(0);
    expect(logsOf(second).join('\n')).toContain(
      'The start date was moved back, so "orders" is read from 2026-02-01T00:00:00Z until 2026-04-01T00:00:00Z too.',
    );
    expect(recordsOf(await read(late, whole, '--only', 'orders'))).toEqual([]);
  });

  test('one warning names new columns, and those of another type, mask or key, once', async () => {
    const shop = await openShop({ orders: 40 });
    const before = configOf(shop, {
      yaml: orders(
        'total: grandTotal.value, email: { path: shippingAddress.email, pii: hash }, mail: { path: billingAddress.email, pii: allow }',
      ),
    });
    const after = configOf(shop, {
      pii_key: 'another'.repeat(8),
      yaml: orders(
        'total: { path: grandTotal.value, type: string }, status: status, email: { path: shippingAddress.email, pii: hash }, mail: { path: billingAddress.email, pii: mask }',
      ),
    });
    const first = await read(before, undefined, '--only', 'sales');
    expect(first.code).toBe(0);
    const second = await read(after, first, '--only', 'sales');
    expect(problemsOf(second)).toEqual([
      'WARN Rows that were written before keep their old values: sales (new: status; changed: total, email, mail). To read them again: read --full-refresh sales (in Airbyte: refresh the stream; in Meltano: run --full-refresh).',
    ]);
    // Just those that are read again in any case, for they are not what they were.
    expect(recordsOf(second).length).toBeLessThan(10);
    expect(JSON.stringify(lastStates(second))).not.toContain('another');
    expect(problemsOf(await read(after, second, '--only', 'sales'))).toEqual([]);
    const fresh = await read(after, second, '--only', 'sales', '--full-refresh', 'sales');
    expect(recordsOf(fresh)).toHaveLength((await shop.counts()).orders ?? 0);
    expect(problemsOf(fresh)).toEqual([]);
  });

  test('a state of an earlier version is refused with what to do', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(shop.config, undefined, '--only', 'orders');
    const old = await read(shop.config, statesWith(first, { version: 1 }), '--only', 'orders');
    expect(old.code).toBe(2);
    expect(errorsOf(old)).toEqual([
      'The state of the stream "orders" has version 1, which says too little of what the stream was. Read the stream again without it: read --full-refresh, or reset the stream to read it from the beginning.',
    ]);
  });

  test('a configured catalog with other columns than the tenant catalog is one warning, with the near match', async () => {
    const shop = await openShop({ orders: 40 });
    const config = configOf(shop, { yaml: orders('status: status') });
    const stream = {
      name: 'sales',
      json_schema: { properties: { id: {}, updated_at: {}, statsu: {} } },
      supported_sync_modes: ['incremental'],
    };
    const wanted = fileWith({
      streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }],
    });
    const outcome = await read(config, undefined, '--catalog', wanted);
    expect(problemsOf(outcome)).toEqual([
      "WARN The configured catalog names columns that the tenant catalog does not have: sales.statsu (perhaps status); and it leaves out columns of the tenant catalog, which are not read: sales.number, sales.status. If that is not meant, run discover and refresh the connection's schema.",
    ]);
  });
});

describe('a full refresh by hand', () => {
  test('of a folder begins a new file, which takes the place of the old one, and goes on from there', async () => {
    const shop = await openShop({ orders: 60 });
    const folder = newFolder();
    const run = (...args: readonly string[]) =>
      sourceCentra(['read', '--config', shop.config, '--format', 'jsonl', '--out', folder, ...args], {
        isForPeople: true,
      });
    expect((await run('--only', 'orders', 'returns')).code).toBe(0);
    const count = rowsIn(folder, 'orders').length;
    const returnsBefore = readFileSync(join(folder, 'returns.jsonl'), 'utf8');
    await shop.change({ kind: 'orders.update', count: 5 });
    await shop.advance(60);
    await run('--only', 'orders', 'returns');
    expect(rowsIn(folder, 'orders')).toHaveLength(count + 5);
    expect((await run('--only', 'orders', 'returns', '--full-refresh', 'orders')).code).toBe(0);
    expect(rowsIn(folder, 'orders')).toHaveLength(count);
    expect(readFileSync(join(folder, 'returns.jsonl'), 'utf8')).toBe(returnsBefore);
    await shop.change({ kind: 'orders.update', count: 3 });
    await shop.advance(60);
    expect((await run('--only', 'orders', 'returns')).code).toBe(0);
    expect(rowsIn(folder, 'orders')).toHaveLength(count + 3);
  });

  test('of a tap gives its rows a version of their own, and drops the older ones', async () => {
    const shop = await openShop({ orders: 40 });
    const tap = join(import.meta.dirname, '..', '..', 'bin', 'tap-centra.js');
    const child = spawn(process.execPath, [tap, '--config', shop.config, '--full-refresh', 'orders'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await new Promise((resolve) => child.once('close', resolve));
    const messages = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; stream?: string; version?: number });
    const of = (type: string, stream: string) =>
      messages.filter((message) => message.type === type && message.stream === stream);
    expect(of('ACTIVATE_VERSION', 'orders')).toHaveLength(1);
    expect(
      of('RECORD', 'orders').every(({ version }) => version === of('ACTIVATE_VERSION', 'orders')[0]?.version),
    ).toBe(true);
    expect(of('ACTIVATE_VERSION', 'returns')).toHaveLength(0);
  });

  test('of a stream that is not there names the near match', async () => {
    const shop = await openShop({ orders: 40 });
    const outcome = await read(shop.config, undefined, '--only', 'orders', '--full-refresh', 'order');
    expect(outcome.code).toBe(2);
    expect(errorsOf(outcome).join()).toContain('There is no stream "order". Did you mean orders?');
  });
});

describe('the shop', () => {
  test('a state of another shop is refused, unless the shop was only renamed', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(shop.config, undefined, '--only', 'orders');
    const { origin } = stateOf(first, 'orders');
    const qa = 'https://acme.centraqa.com/graphql';
    const other = statesWith(first, { origin: { ...(origin as object), shop: shopHash(qa) } });
    const refused = await read(shop.config, other, '--only', 'orders');
    expect(refused.code).toBe(2);
    expect(recordsOf(refused)).toEqual([]);
    expect(errorsOf(refused)).toEqual([
      'The state of the stream "orders" comes from another shop than the one that "endpoint" names. Read this shop without that state (a folder: into another folder), set "endpoint" back, or, where the same shop was only renamed, set "previous_endpoint" to the old address.',
    ]);
    const renamed = await read(configOf(shop, { previous_endpoint: qa }), other, '--only', 'orders');
    expect([renamed.code, recordsOf(renamed)]).toEqual([0, []]);
    expect(stateOf(renamed, 'orders').origin).toEqual(origin);
  });

  test('a folder of another shop is left as it is', async () => {
    const shop = await openShop({ orders: 40 });
    const folder = newFolder();
    const args = ['read', '--config', shop.config, '--format', 'jsonl', '--out', folder];
    await sourceCentra([...args, '--only', 'orders'], { isForPeople: true });
    const path = join(folder, 'orders.state.json');
    const given = JSON.parse(readFileSync(path, 'utf8')) as { state: { origin: { shop: string } } };
    given.state.origin.shop = shopHash('https://acme.centraqa.com/graphql');
    writeFileSync(path, JSON.stringify(given));
    const before = readFileSync(join(folder, 'orders.jsonl'), 'utf8');
    const outcome = await sourceCentra([...args, '--only', 'returns'], { isForPeople: true });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('comes from another shop');
    expect(rowsIn(folder, 'returns')).toEqual([]);
    expect(readFileSync(join(folder, 'orders.jsonl'), 'utf8')).toBe(before);
  });

  test.each([
    ['http://127.0.0.1:4010/graphql', 'http://localhost:5000/graphql/', true],
    ['https://acme.centra.com/graphql', 'https://ACME.centra.com:443/graphql', true],
    ['https://acme.centra.com/graphql', 'https://acme.centraqa.com/graphql', false],
    ['https://shop.example.com:8443/graphql', 'https://shop.example.com:9443/graphql', false],
  ])('%s and %s are one shop: %s', (one, other, isSame) => {
    expect(shopHash(one) === shopHash(other)).toBe(isSame);
  });
});

describe('the token', () => {
  test('a column that the shop has no more stops its stream, until it is back or left out', async () => {
    const shop = await openShop({ orders: 40 });
    const config = configOf(shop, { yaml: orders('comment: { path: otherComment, pii: allow }') });
    const first = await read(config, undefined, '--only', 'sales');
    await shop.control('schema', { remove: ['Order.otherComment'] });
    const { orders: changed = [] } = await shop.change({ kind: 'orders.update', count: 3 });
    await shop.advance(60);
    const numbers = (outcome: Outcome) =>
      recordsOf(outcome).map(({ data }) => (data as { number: number }).number);
    const lost = await read(config, first, '--only', 'sales');
    expect(lost.code).not.toBe(0);
    expect([recordsOf(lost), lastStates(lost)]).toEqual([[], []]);
    expect(errorsOf(lost).join()).toContain(
      'The stream "sales" is not read, because comment could be read before and cannot be now.',
    );
    const without = await read(configOf(shop, { yaml: orders('status: status') }), first, '--only', 'sales');
    expect(without.code).toBe(0);
    expect(numbers(without)).toEqual(expect.arrayContaining([...changed]));
    await shop.control('schema', {});
    const back = await read(config, first, '--only', 'sales');
    expect(back.code).toBe(0);
    expect(numbers(back).sort()).toEqual([...changed].sort());
  });

  test('a column that was not there, and comes, is named with the command that fills the old rows', async () => {
    const shop = await openShop({ orders: 40 });
    await shop.control('schema', { remove: ['Order.otherComment'] });
    const config = configOf(shop, { yaml: orders('comment: { path: otherComment, pii: allow }') });
    const first = await read(config, undefined, '--only', 'sales');
    await shop.control('schema', {});
    const second = await read(config, first, '--only', 'sales');
    expect(problemsOf(second).join()).toContain(
      'sales (empty until now: comment). To read them again: read --full-refresh sales',
    );
  });

  test('many deletions at once are withheld, and made where they are allowed', async () => {
    const shop = await openShop({ orders: 900 }, { reconcile_days_back: 365 });
    const first = await read(shop.config, undefined, '--only', 'returns');
    const known = recordsOf(first).length;
    const rows = (await shop.control('ids?root=returns')) as { id: number }[];
    await shop.change({ kind: 'returns.delete', ids: rows.slice(-30).map(({ id }) => id) });
    await shop.advance(2 * 86_400);
    const second = await read(shop.config, first, '--only', 'returns');
    expect(second.code).toBe(0);
    expect(deletedIn(second)).toEqual([]);
    expect(problemsOf(second).join('\n')).toMatch(
      /\d+ of \d+ known returns are not in the shop's answers any more\. .*set "allow_mass_deletions" to true for one read\./,
    );
    await shop.advance(2 * 86_400);
    const allowed = await read(
      configOf(shop, { reconcile_days_back: 365, allow_mass_deletions: true }),
      second,
      '--only',
      'returns',
    );
    expect(deletedIn(allowed)).toHaveLength(30);
    expect(known).toBeLessThan(300);
    expect(stateOf(allowed, 'returns').withheld).toBeUndefined();
  });

  test('open rows that an answer left out come back when they are there again', async () => {
    const shop = await openShop({ orders: 60 });
    const blind = (await shop.control('tokens', { storeIds: [9_999] })) as { token: string };
    const first = await read(shop.config, undefined, '--only', 'returns');
    const second = await read(configOf(shop, { api_token: blind.token }), first, '--only', 'returns');
    const gone = deletedIn(second).map((record) => (record as { data: { id: number } }).data.id);
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.length).toBeLessThanOrEqual(10);
    await shop.advance(2 * 3_600);
    const third = await read(shop.config, second, '--only', 'returns');
    expect(ids(third)).toEqual(gone.map(String).sort());
    expect(deletedIn(third)).toEqual([]);
    expect(recordsOf(await read(shop.config, third, '--only', 'returns'))).toEqual([]);
  });

  test('a snapshot with less than half of its rows is incomplete, and does not wipe what is there', async () => {
    const shop = await openShop({ orders: 40, extraWarehouses: 60 });
    const bare = await openShop({ orders: 40 });
    const folder = newFolder();
    const run = (config: string) =>
      sourceCentra(
        ['read', '--config', config, '--format', 'jsonl', '--out', folder, '--only', 'inventory'],
        {
          isForPeople: true,
        },
      );
    expect((await run(shop.config)).code).toBe(0);
    const before = rowsIn(folder, 'inventory');
    const shrunk = await run(bare.config);
    expect(shrunk.code).not.toBe(0);
    expect(shrunk.stderr).toMatch(
      /The snapshot of "inventory" has \d+ rows, less than half of the \d+ that the last one had/,
    );
    expect(rowsIn(folder, 'inventory')).toEqual(before);
    expect((await run(bare.config)).code).not.toBe(0);
    expect((await run(shop.config)).code).toBe(0);
    expect(rowsIn(folder, 'inventory')).toHaveLength(before.length);
    expect((await run(configOf(bare, { allow_mass_deletions: true }))).code).toBe(0);
    expect(rowsIn(folder, 'inventory').length * 2).toBeLessThan(before.length);
  });
});

describe('time', () => {
  test('rows that become visible minutes after their time are read, and the others are not written again', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(shop.config, undefined, '--only', 'orders');
    await shop.change({ kind: 'orders.create', count: 2, at: '2026-05-01T11:54:00Z' });
    await shop.advance(60);
    const second = await read(shop.config, first, '--only', 'orders');
    expect(recordsOf(second)).toHaveLength(2);
    expect(recordsOf(await read(shop.config, second, '--only', 'orders'))).toEqual([]);
  });

  test('what became visible days late is found by a daily look, and nothing else is written again', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(shop.config, undefined, '--only', 'orders', 'order_lines');
    const { orders: late = [] } = await shop.change({
      kind: 'orders.create',
      count: 2,
      at: '2026-04-30T06:00:00Z',
    });
    await shop.advance(3_600);
    const second = await read(shop.config, first, '--only', 'orders', 'order_lines');
    expect(recordsOf(second)).toEqual([]);
    await shop.advance(86_400);
    const third = await read(shop.config, second, '--only', 'orders', 'order_lines');
    const numbers = recordsOf(third, 'orders').map(({ data }) => (data as { number: number }).number);
    expect(numbers.sort()).toEqual([...late].sort());
    expect(
      new Set(recordsOf(third, 'order_lines').map(({ data }) => (data as { order_id: string }).order_id))
        .size,
    ).toBe(2);
    expect(recordsOf(await read(shop.config, third, '--only', 'orders', 'order_lines'))).toEqual([]);
  });

  test('a server whose clock is ahead is warned of, and read up to the truth', async () => {
    // On an address that is not this machine's own.
    const clockStart = new Date(Date.now() + 3_600_000).toISOString();
    const shop = await openShop({ orders: 40, host: '127.0.0.2', clockStart });
    const outcome = await read(shop.config, undefined, '--only', 'orders');
    expect(problemsOf(outcome)).toEqual([
      expect.stringMatching(
        /^WARN The shop's clock is 1 h \d+ min ahead of this machine's\. Rows are read up to the earlier of the two; set the one that is wrong\.$/,
      ),
    ]);
    expect(Date.parse(String(stateOf(outcome, 'orders').through))).toBeLessThanOrEqual(Date.now());
  });

  test('a state that covers a time to come is pulled back, and says so', async () => {
    const shop = await openShop({ orders: 40 });
    const first = await read(shop.config, undefined, '--only', 'orders');
    await shop.change({ kind: 'orders.update', count: 4 });
    await shop.advance(60);
    const ahead = statesWith(first, { through: '2026-09-01T00:00:00Z' });
    const second = await read(shop.config, ahead, '--only', 'orders');
    expect(second.code).toBe(0);
    expect(recordsOf(second).length).toBeGreaterThanOrEqual(4);
    expect(problemsOf(second).join()).toContain(
      'The state of orders covers the time until 2026-09-01T00:00:00Z, which lies ahead: a clock was wrong. The last three days are read again',
    );
    expect(stateOf(second, 'orders').through).toBe('2026-05-01T12:01:58Z');
  });
});
