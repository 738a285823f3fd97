import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileWith, sourceCentra } from './harness.ts';
import { bytesIn, folded, newFolder, rowsIn, sideBySide } from './plain-folder.ts';
import { start, until } from './running.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const DAY_SECONDS = 86_400;

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop({ orders: 120 }, { reconcile_days_back: 365 });
});

const argumentsFor = (folder: string, ...more: readonly string[]) => [
  'read',
  ...['--config', shop.config, '--format', 'jsonl', '--out', folder],
  ...more,
];

function read(folder: string, ...more: readonly string[]) {
  return sourceCentra(argumentsFor(folder, ...more), { isForPeople: true });
}

function stateOf(folder: string, stream: string) {
  return JSON.parse(readFileSync(join(folder, `${stream}.state.json`), 'utf8')) as {
    file: string;
    bytes: number;
    state: Record<string, unknown>;
  };
}

test('a first read, changes and deletions, a second read: the files are the shop', async () => {
  const folder = join(newFolder(), 'deep', 'data');
  const first = await read(folder);
  expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/info {2}Asked Centra \d+ times/)]);
  // Nothing is drawn where it is no terminal.
  expect(first.stderr).not.toContain('\u001b');
  expect(first.stdout).toMatch(/^stream +records +file\norders +120 +\S+orders\.jsonl\n/);
  const { shop: before, files } = await sideBySide(shop, folder);
  expect(files).toEqual(before);

  await shop.change(
    { kind: 'orders.create', count: 3 },
    { kind: 'orders.update', count: 5 },
    { kind: 'returns.reopen', count: 2 },
    { kind: 'returns.delete', count: 2 },
    { kind: 'deliveries.delete', count: 1 },
    { kind: 'stock.add' },
  );
  await shop.advance(DAY_SECONDS + 60);
  const sizeBefore = stateOf(folder, 'orders').bytes;
  const second = await read(folder, '--json', '--quiet');
  expect([second.code, second.stderr]).toEqual([0, '']);
  const result = JSON.parse(second.stdout) as { streams: { stream: string; records: number }[] };
  const recordsOf = (name: string) => result.streams.find(({ stream }) => stream === name)?.records;
  expect(recordsOf('orders')).toBe(8);
  const { shop: after, files: filesAfter } = await sideBySide(shop, folder);
  expect(filesAfter).toEqual(after);
  // It grew, rather than being written again; the snapshot was replaced.
  expect(rowsIn(folder, 'orders')).toHaveLength(128);
  expect(stateOf(folder, 'orders').bytes).toBeGreaterThan(sizeBefore);
  expect(new Set(rowsIn(folder, 'inventory').map(({ snapshot_at }) => snapshot_at)).size).toBe(1);
  expect(rowsIn(folder, 'returns').filter(({ _deleted_at }) => _deleted_at !== undefined)).toHaveLength(2);
  // Nothing but files and their states is left.
  expect(readdirSync(folder).filter((name) => !/^[a-z_]+\.(jsonl|state\.json)$/.test(name))).toEqual([]);
  for (const name of readdirSync(folder)) expect(name).not.toMatch(/part|lock/);
});

test('killed at several sizes and gone on, nothing is missing, doubled or half', async () => {
  const folder = newFolder();
  await shop.control('latency', { ms: 15 });
  let kills = 0;
  for (const bytes of [1, 100_000]) {
    const { child, ended } = start(argumentsFor(folder));
    await until(() => bytesIn(folder) >= bytes || child.exitCode !== null, `${bytes} bytes`);
    child.kill('SIGKILL');
    if ((await ended).code === null) kills += 1;
  }
  await shop.control('latency', { ms: 0 });
  expect(kills).toBe(2);
  const startedMs = performance.now();
  const last = await read(folder);
  // The lock of a process that was killed is not waited for.
  expect(performance.now() - startedMs).toBeLessThan(8_000);
  expect([last.code, last.stderr]).toEqual([0, expect.not.stringContaining('Another read')]);
  const { shop: wanted, files } = await sideBySide(shop, folder);
  expect(files).toEqual(wanted);
  for (const stream of ['orders', 'order_lines', 'returns', 'inventory'])
    expect(rowsIn(folder, stream)).toHaveLength(folded(folder, stream).size);
});

test('stopped by SIGTERM, it leaves whole files with their states and tells its result', async () => {
  const folder = newFolder();
  await shop.control('latency', { ms: 60 });
  const { child, ended } = start(argumentsFor(folder));
  await until(() => bytesIn(folder) > 0, 'a first row');
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await ended;
  await shop.control('latency', { ms: 0 });
  expect([code, stderr]).toEqual([143, expect.stringContaining('stopped. The next read goes on')]);
  expect(stdout).toContain('(not read to its end)');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.state.json'))) {
    const { file, bytes } = stateOf(folder, name.replace('.state.json', ''));
    expect([file, readFileSync(join(folder, file)).length]).toEqual([file, bytes]);
  }
});

describe('what happens to files between two reads', () => {
  let folder: string;
  beforeAll(async () => {
    folder = newFolder();
    // Naming one twice does not read it twice.
    await read(folder, '--only', 'orders', '--only', 'inventory', '--only', 'orders');
    expect(rowsIn(folder, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
  });

  test('a file that is taken away is begun anew with what changed; one that is read as a whole comes whole', async () => {
    renameSync(join(folder, 'orders.jsonl'), join(folder, 'loaded'));
    renameSync(join(folder, 'inventory.jsonl'), join(folder, 'loaded-too'));
    await shop.change({ kind: 'orders.update', count: 2 });
    await shop.advance(60);
    const { code } = await read(folder, '--only', 'orders', '--only', 'inventory');
    expect(code).toBe(0);
    expect(rowsIn(folder, 'orders')).toHaveLength(2);
    expect(rowsIn(folder, 'inventory')).toHaveLength((await shop.counts()).inventory ?? -1);
  });

  test('a file without its state is left alone', async () => {
    const text = readFileSync(join(folder, 'orders.jsonl'));
    renameSync(join(folder, 'orders.state.json'), join(folder, 'kept'));
    const { code, stdout, stderr } = await read(folder, '--only', 'orders');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('orders.jsonl is there, but no state that says what it holds.');
    expect(readFileSync(join(folder, 'orders.jsonl'))).toEqual(text);
    renameSync(join(folder, 'kept'), join(folder, 'orders.state.json'));
  });

  test('a file that is shorter than its state, and a state that is none, are refused', async () => {
    const [path, state] = [join(folder, 'orders.jsonl'), join(folder, 'orders.state.json')];
    const [rows, before] = [readFileSync(path), readFileSync(state)];
    writeFileSync(path, rows.subarray(0, 100));
    const short = await read(folder, '--only', 'orders', '--log-format', 'json');
    expect(short.code).toBe(2);
    expect(JSON.parse(short.stderr)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('it holds 100 bytes of'),
    });
    writeFileSync(path, rows);
    writeFileSync(state, '{"version":1,"file":"../orders.jsonl","bytes":0,"state":{}}');
    const foreign = await read(folder, '--only', 'orders');
    expect([foreign.code, foreign.stderr]).toEqual([
      2,
      expect.stringContaining('is damaged, or not a state that this version'),
    ]);
    writeFileSync(state, before);
  });
});

test('a full refresh replaces the file each time, and gives way to an incremental read', async () => {
  const folder = newFolder();
  const wanted = (mode: string) =>
    fileWith({
      streams: [
        { stream: { name: 'orders', json_schema: {} }, sync_mode: mode, destination_sync_mode: 'append' },
      ],
    });
  const count = (await shop.counts()).orders ?? -1;
  for (const mode of ['full_refresh', 'full_refresh', 'incremental']) {
    await shop.advance(60);
    const { code, stderr } = await read(folder, '--catalog', wanted(mode), '--quiet');
    expect([mode, code, stderr]).toEqual([mode, 0, '']);
    expect([mode, rowsIn(folder, 'orders').length]).toEqual([mode, count]);
    expect(stateOf(folder, 'orders').file).toBe('orders.jsonl');
  }
});

test('a disk that gets full is one sentence, and what is there goes on when there is room', async () => {
  const folder = newFolder();
  // No file may grow beyond 50 blocks: the system takes a part of a write, then refuses.
  const under = ['sh', '-c', 'ulimit -f 50; exec "$@"', 'sh'];
  const full = await start(argumentsFor(folder, '--only', 'orders'), { under }).ended;
  expect(full.code).toBe(4);
  expect(
    full.stderr
      .trim()
      .split('\n')
      .filter((line) => !/ (info|warn) /.test(line)),
  ).toEqual([
    `source-centra: ${join(folder, 'orders.jsonl')} has no room left on its disk (EFBIG). Make room and read again: it goes on from the last state that was written.`,
  ]);
  rowsIn(folder, 'orders');
  expect((await read(folder, '--only', 'orders')).code).toBe(0);
  expect(rowsIn(folder, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
});

describe('refused before anything is read', () => {
  test.each<[string, () => readonly string[], RegExp, number]>([
    ['a file where the folder should be', () => argumentsFor(shop.config), /\.json is in the way/, 2],
    [
      'no folder',
      () => ['read', '--config', shop.config, '--format', 'jsonl'],
      /--format jsonl needs one folder/,
      2,
    ],
    [
      'a column by the name of the mark of deleted rows',
      () => {
        const yaml =
          'version: 1\nextends: default\nstreams:\n  returns:\n    columns: { _deleted_at: createdAt }\n';
        const { endpoint, token } = shop;
        const config = { endpoint, api_token: token, tenant_catalog: { source: 'inline', yaml } };
        return ['read', '--config', fileWith(config), '--format', 'jsonl', '--out', newFolder()];
      },
      /The stream "returns" has a column "_deleted_at", the name by which plain files mark/,
      2,
    ],
  ])('%s', async (_, args, sentence, code) => {
    const outcome = await sourceCentra(args(), { isForPeople: true });
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toMatch(sentence);
  });
});

test('a stream that the tenant catalog lost is named, and its file stays', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'gone.jsonl'), '{}\n');
  writeFileSync(
    join(folder, 'gone.state.json'),
    '{"version":1,"file":"gone.jsonl","bytes":3,"state":{"version":1,"kind":"windows","mode":"incremental","owed":[]}}',
  );
  const { code, stderr } = await read(folder, '--log-format', 'json');
  expect(code).toBe(0);
  const messages = stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
  expect(messages).toContain('gone.jsonl stays as it is: the tenant catalog has no stream "gone" any more.');
  expect(readFileSync(join(folder, 'gone.jsonl'), 'utf8')).toBe('{}\n');
});
