import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { sourceCentra } from './harness.ts';
import { bytesIn, newFolder, rowsIn } from './plain-folder.ts';
import { start, until } from './running.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { configurationOf, tenantsFolder } from './tenants-folder.ts';

interface Report {
  readonly tenants: readonly {
    readonly tenant: string;
    readonly exitCode: number;
    readonly records: number;
    readonly seconds: number;
    readonly problem?: string;
  }[];
  readonly notBegun: readonly string[];
}

let good: TestShop;
beforeAll(async () => {
  good = await openShop({ orders: 30 });
});

const readAll = (tenants: string, out: string, ...more: readonly string[]) =>
  sourceCentra(['read-all', tenants, '--out', out, ...more], { isForPeople: true });

test('one tenant without access and one that hangs hold nobody up, and each is reported', async () => {
  const hanging = await startSandbox({ orders: 30, latencyMs: 60_000 });
  const tenants = tenantsFolder({
    acme: configurationOf(good, { api_token: 'nobody-knows-this-token' }),
    // Of another shop than acme by its name, so that they are read side by side.
    good: { endpoint: good.endpoint.replace('127.0.0.1', 'localhost'), api_token: good.token },
    slow: configurationOf(hanging, { max_wait_minutes: 0 }),
  });
  const out = newFolder();
  const run = start(['read-all', tenants, '--out', out, '--parallel', '3', '--only', 'orders', '--json']);
  // Read to its end while the other still hangs.
  await until(() => run.said.stderr.includes('good: orders: 30 records.'), 'good is read');
  expect(run.said.stdout).toBe('');
  await hanging.close();
  const { code, stdout, stderr } = await run.ended;
  const report = JSON.parse(stdout) as Report;
  expect(report.notBegun).toEqual([]);
  expect(report.tenants).toEqual([
    {
      tenant: 'acme',
      exitCode: 3,
      records: 0,
      seconds: expect.any(Number),
      problem: expect.stringMatching(/token/),
    },
    { tenant: 'good', exitCode: 0, records: 30, seconds: expect.any(Number) },
    {
      tenant: 'slow',
      exitCode: 4,
      records: 0,
      seconds: expect.any(Number),
      problem: expect.stringMatching(/connection|connections/),
    },
  ]);
  expect(code).toBe(3);
  expect(rowsIn(join(out, 'good'), 'orders')).toHaveLength(30);
  expect(stdout + stderr).not.toContain('nobody-knows-this-token');
});

test('folders with catalogs, those of one shop one after the other: a table, and a JSON log', async () => {
  const tenants = newFolder();
  const out = newFolder();
  for (const name of ['north', 'south']) {
    mkdirSync(join(tenants, name));
    writeFileSync(join(tenants, name, 'config.json'), JSON.stringify(configurationOf(good)));
    const stream = {
      stream: { name: 'orders', json_schema: {} },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    };
    writeFileSync(join(tenants, name, 'catalog.json'), JSON.stringify({ streams: [stream] }));
  }
  writeFileSync(join(tenants, 'notes.txt'), 'No tenant.');
  const { code, stdout, stderr } = await readAll(tenants, out, '--log-format', 'json');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^tenant {2}outcome {2}records {2}seconds {2}problem\nnorth {3}read +30 +[\d.]+\nsouth {3}read +30 +[\d.]+\n2 of 2 tenants read\.\n$/,
  );
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; message: string });
  expect(lines[0]).toMatchObject({ level: 'info', message: 'north: orders: 30 records.' });
  // They have the limits of their shop in common.
  expect(lines.map(({ message }) => message.slice(0, 5))).toEqual(['north', 'north', 'south', 'south']);
  expect(readdirSync(join(out, 'north')).sort()).toEqual(['orders.jsonl', 'orders.state.json']);
});

describe('while tenants are read', () => {
  /** One that is being read, one that waits for its turn. */
  async function begun() {
    await good.control('latency', { ms: 100 });
    const out = newFolder();
    const tenants = tenantsFolder({ first: configurationOf(good), second: configurationOf(good) });
    const run = start([
      'read-all',
      tenants,
      '--out',
      out,
      '--only',
      'orders',
      '--only',
      'inventory',
      '--json',
      '--quiet',
    ]);
    await until(() => bytesIn(join(out, 'first')) > 0, 'a first row');
    return { ...run, out };
  }

  test('SIGTERM stops them with their last states, and the report says how far they came', async () => {
    const { child, ended, out } = await begun();
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    await good.control('latency', { ms: 0 });
    expect([code, stderr]).toEqual([143, expect.not.stringContaining(' info ')]);
    const { tenants, notBegun } = JSON.parse(stdout) as Report;
    expect(tenants).toMatchObject([
      { tenant: 'first', exitCode: 143, problem: expect.stringContaining('stopped') },
    ]);
    expect(notBegun).toEqual(['second']);
    const states = readdirSync(join(out, 'first')).filter((name) => name.endsWith('.state.json'));
    expect(states.length).toBeGreaterThan(0);
    for (const name of states) {
      const { file, bytes } = JSON.parse(readFileSync(join(out, 'first', name), 'utf8')) as {
        file: string;
        bytes: number;
      };
      expect([file, readFileSync(join(out, 'first', file)).length]).toEqual([file, bytes]);
    }
  });
});

describe('refused before anything is read', () => {
  test.each<[string, () => readonly string[], string]>([
    [
      '--parallel 0',
      () => [tenantsFolder({ acme: {} }), '--parallel', '0'],
      '--parallel is not a whole number from 1 on.',
    ],
    ['an empty folder', () => [newFolder()], 'holds no configuration.'],
    ['no folder', () => ['/nowhere'], 'The folder /nowhere cannot be read.'],
  ])('%s', async (_, args, sentence) => {
    const [tenants = '', ...more] = args();
    const { code, stdout, stderr } = await readAll(tenants, newFolder(), ...more);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a tenant that is there twice', async () => {
    const tenants = tenantsFolder({ acme: configurationOf(good) });
    mkdirSync(join(tenants, 'acme'));
    writeFileSync(join(tenants, 'acme', 'config.json'), '{}');
    const { code, stderr } = await readAll(tenants, newFolder());
    expect([code, stderr]).toEqual([2, expect.stringContaining('holds the tenant "acme" twice')]);
  });
});
