import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fileWith } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import {
  lastStateIn,
  onlyStreams,
  recordsIn,
  type SingerCatalog,
  tapCentra,
  withMetadata,
} from './singer-messages.ts';

const ORDERS = 120;

let shop: TestShop;
let catalog: SingerCatalog;
beforeAll(async () => {
  shop = await openShop({ orders: ORDERS });
  catalog = JSON.parse((await tapCentra(['--config', shop.config, '--discover'])).stdout) as SingerCatalog;
});

/** Its log without what it measured and what it says of its requests. */
function complaintsIn(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => line !== '' && !line.startsWith('INFO'));
}

test('settings from several files, the later before the earlier, and from the environment', async () => {
  const { endpoint, token } = shop;
  const half = fileWith({ endpoint, api_token: 'not-the-right-one' });
  const environment = { TAP_CENTRA_ENDPOINT: endpoint, TAP_CENTRA_API_TOKEN: token };
  const tested = await Promise.all([
    tapCentra(['--config', half, '--config', fileWith({ api_token: token }), '--test']),
    tapCentra(['--config=ENV', '--test'], { environment }),
  ]);
  expect(tested.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, ''],
    [0, ''],
  ]);
});

test('--test with a bad token says why not, without the token', async () => {
  const config = fileWith({ endpoint: shop.endpoint, api_token: 'not-the-right-one' });
  const { code, stdout, stderr } = await tapCentra(['--config', config, '--test']);
  expect([code, stdout]).toEqual([3, '']);
  expect(complaintsIn(stderr)).toEqual([expect.stringMatching(/^CRITICAL .*token/)]);
  expect(stderr).not.toContain('not-the-right-one');
});

test('what --about says it can is what MeltanoHub is told', async () => {
  const { stdout } = await tapCentra(['--config', shop.config, '--about', '--format', 'json']);
  const about = JSON.parse(stdout) as { capabilities: readonly string[]; streams: readonly string[] };
  const hub = new URL('../../examples/meltano/tap-centra.yml', import.meta.url);
  const definition = parse(await readFile(hub, 'utf8')) as { capabilities: readonly string[] };
  expect(about.capabilities).toEqual(definition.capabilities);
  expect(about.streams).toEqual(catalog.streams.map(({ tap_stream_id }) => tap_stream_id));
});

test('columns that are deselected are not asked for', async () => {
  const columnsOf = (stream: string) => {
    const found = catalog.streams.find(({ tap_stream_id }) => tap_stream_id === stream);
    return (found?.metadata ?? []).flatMap(({ breadcrumb: [, name], metadata }) =>
      name === undefined ? [] : [{ name, isAutomatic: metadata.inclusion === 'automatic' }],
    );
  };
  const optional = columnsOf('orders').filter(({ isAutomatic }) => !isAutomatic);
  const without = Object.fromEntries(optional.map(({ name }) => [`orders.${name}`, { selected: false }]));
  const read = async (about: Parameters<typeof withMetadata>[1]) => {
    await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
    const wanted = fileWith(withMetadata(onlyStreams(catalog, ['orders']), about));
    // The older name of the option.
    const outcome = await tapCentra(['--config', shop.config, '--properties', wanted]);
    const requests = (await shop.control('requests')) as { complexity: number }[];
    return { outcome, points: requests.reduce((sum, { complexity }) => sum + complexity, 0) };
  };
  // A token that may not see these: whoever asks for them hears so.
  await shop.control('permissions', { deny: ['Market:read', 'Customer:read'] });
  const all = await read({});
  const few = await read(without);
  await shop.control('permissions', { deny: [] });
  const heard = complaintsIn(all.outcome.stderr).join('\n');
  for (const permission of ['Market:read', 'Customer:read']) expect(heard).toContain(permission);
  expect(complaintsIn(few.outcome.stderr)).toEqual([]);
  expect(few.points).toBeLessThan(all.points);
  const records = recordsIn(few.outcome, 'orders');
  expect(records).toHaveLength(ORDERS);
  const automatic = columnsOf('orders').filter(({ isAutomatic }) => isAutomatic);
  const kept = automatic.map(({ name }) => name).sort();
  expect(Object.keys(records[0]?.record ?? {}).sort()).toEqual(kept);
  expect(Object.keys(few.outcome.messages[0]?.schema.properties ?? {}).sort()).toEqual(kept);
});

describe('one sentence on stderr, nothing on stdout', () => {
  const good = () => ['--config', shop.config];
  test.each<[string, () => readonly string[], RegExp, number]>([
    ['no configuration', () => ['--discover'], /^CRITICAL Missing required argument: config\./, 2],
    ['one that is no JSON', () => ['--config', fileWith('{"endpoint"')], /^CRITICAL .* is not valid JSON/, 2],
    [
      'a catalog that is none',
      () => [...good(), '--catalog', fileWith({ streams: 3 })],
      /^CRITICAL The catalog is not a/,
      2,
    ],
    [
      'a state that is none',
      () => [...good(), '--state', fileWith({ bookmarks: [] })],
      /^CRITICAL The state is not one/,
      2,
    ],
    [
      'an option that there is not',
      () => [...good(), '--bogus'],
      /^CRITICAL There is no option --bogus\./,
      2,
    ],
  ])('%s', async (_, args, sentence, code) => {
    const outcome = await tapCentra(args());
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(complaintsIn(outcome.stderr)).toEqual([expect.stringMatching(sentence)]);
  });

  test('a stream of the catalog that the shop does not have: the others are read', async () => {
    const [orders] = onlyStreams(catalog, ['returns']).streams.filter(
      ({ tap_stream_id }) => tap_stream_id === 'returns',
    );
    const wanted = { streams: [orders, { tap_stream_id: 'gone', stream: 'gone', schema: {}, metadata: [] }] };
    const outcome = await tapCentra([...good(), '--catalog', fileWith(wanted)]);
    expect(outcome.code).toBe(2);
    expect(complaintsIn(outcome.stderr)).toEqual([expect.stringMatching(/^CRITICAL .*"gone"/)]);
    expect(recordsIn(outcome, 'returns')).toHaveLength((await shop.counts()).returns ?? -1);
  });
});

describe('cut off', () => {
  const snapshot = () => [
    '--config',
    shop.config,
    '--catalog',
    fileWith(onlyStreams(catalog, ['inventory'])),
  ];

  test('the target dies: it ends quietly', async () => {
    const { code, stderr } = await tapCentra(snapshot(), { atLines: { lines: 20, end: 'closed pipe' } });
    expect([code, complaintsIn(stderr)]).toEqual([5, []]);
  });

  test('a snapshot that SIGTERM and SIGKILL interrupt keeps its version, and is activated once, at its end', async () => {
    await shop.control('latency', { ms: 60 });
    const first = await tapCentra(snapshot(), { atLines: { lines: 100, end: 'SIGTERM' } });
    expect([first.code, complaintsIn(first.stderr)]).toEqual([
      143,
      [expect.stringContaining('stopped. The next read goes on from the last state')],
    ]);
    // Another snapshot would have another version by now.
    await shop.advance(600);
    const state = () => ['--state', fileWith(lastStateIn(first))];
    const killed = await tapCentra([...snapshot(), ...state()], { atLines: { lines: 200, end: 'SIGKILL' } });
    expect(killed.code).toBe(null);
    await shop.control('latency', { ms: 0 });
    await shop.advance(600);
    const last = await tapCentra([
      ...snapshot(),
      '--state',
      fileWith(lastStateIn(killed) ?? lastStateIn(first)),
    ]);
    expect(last.code).toBe(0);
    const parts = [first, killed, last];
    const versions = parts.flatMap((part) => recordsIn(part, 'inventory').map(({ version }) => version));
    expect(new Set(versions).size).toBe(1);
    const activated = parts.map(({ messages }) => messages.filter(({ type }) => type === 'ACTIVATE_VERSION'));
    expect(activated).toEqual([
      [],
      [],
      [expect.objectContaining({ stream: 'inventory', version: versions[0] })],
    ]);
    const keys = parts.flatMap((part) =>
      recordsIn(part, 'inventory').map(({ record }) => `${record.warehouse_id}/${record.product_size_id}`),
    );
    expect(new Set(keys).size).toBe((await shop.counts()).inventory);
  });
});

test('orders as a full table: one version, activated at the end, and again with the next', async () => {
  const full = { 'replication-method': 'FULL_TABLE', 'replication-key': null };
  const wanted = fileWith(withMetadata(onlyStreams(catalog, ['orders']), { orders: full }));
  const args = ['--config', shop.config, '--catalog', wanted];
  const first = await tapCentra(args);
  await shop.advance(60);
  const second = await tapCentra([...args, '--state', fileWith(lastStateIn(first))]);
  const versions = [first, second].map((outcome) => {
    const { messages } = outcome;
    expect(messages[0]).toMatchObject({ type: 'SCHEMA', stream: 'orders', key_properties: ['id'] });
    expect(messages[0]).not.toHaveProperty('bookmark_properties');
    const records = recordsIn(outcome, 'orders');
    expect(records).toHaveLength(ORDERS);
    const version = records[0]?.version;
    expect(records.every((record) => record.version === version)).toBe(true);
    const at = messages.findIndex(({ type }) => type === 'ACTIVATE_VERSION');
    expect(messages[at]).toEqual({ type: 'ACTIVATE_VERSION', stream: 'orders', version });
    expect(messages.slice(at).some(({ type }) => type === 'RECORD')).toBe(false);
    return Number(version);
  });
  expect(versions[1]).toBeGreaterThan(versions[0] ?? 0);
});
