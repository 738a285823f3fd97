import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fileWith, sourceCentra } from '../command/harness.ts';
import { newFolder, rowsIn } from '../command/plain-folder.ts';
import { start, until } from '../command/running.ts';
import { filesIn } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop, piiKey } from './private-shop.ts';

let shop: PrivateShop;
let config: string;
beforeAll(async () => {
  shop = await openPrivateShop({ orders: 120 });
  config = fileWith(shop.settings());
});
beforeEach(() => shop.calm());

const readTo = (out: string, ...args: readonly string[]) =>
  sourceCentra(['read', '--config', config, '--format', 'jsonl', '--out', out, '--debug', ...args], {
    isForPeople: true,
  });

/** Looks through all files of a folder, and their names. */
function expectNobodyIn(folder: string, of = shop): void {
  const files = filesIn(folder);
  expect(files.length).toBeGreaterThan(0);
  of.expectNobody(files.map((file) => `${file}\n${readFileSync(file, 'utf8')}`).join('\n'));
}

test.each([[['--log-format', 'json']], [['--json']]])('read --format jsonl %s, and again', async (args) => {
  const out = newFolder();
  const first = await readTo(out, ...args);
  expect(first.code).toBe(0);
  expect(rowsIn(out, 'orders')).toHaveLength(120);
  await shop.change({ kind: 'orders.update', count: 5 });
  await shop.advance(300);
  const second = await readTo(out, ...args);
  expect(second.code).toBe(0);
  expect(rowsIn(out, 'orders')).toHaveLength(125);
  await shop.change({ kind: 'orders.delete', count: 5 });
  for (const outcome of [first, second]) shop.expectNobody(outcome);
  expectNobodyIn(out);
  await shop.change({ kind: 'orders.create', count: 5 });
  await shop.advance(300);
});

test('what is in the folder while it is read, and after a kill', async () => {
  await shop.control('latency', { ms: 150 });
  const out = newFolder();
  const { child, ended } = start(['read', '--config', config, '--format', 'jsonl', '--out', out, '--debug']);
  await until(() => filesIn(out).some((file) => file.includes('orders')), 'rows are written');
  const lock = filesIn(out).find((file) => basename(file) === '.lock-owner.json');
  expect(lock).toBeDefined();
  expectNobodyIn(out);
  child.kill('SIGKILL');
  shop.expectNobody(await ended);
  expectNobodyIn(out);
});

test('a row that is held back, and a folder that another read has', async () => {
  const yaml = `version: 1
streams:
  orders: { from: orders, key: [id], columns: { id: id, updated_at: updatedAt, x: { path: customer.email, pii: allow, type: integer, on_error: quarantine } } }
`;
  const out = newFolder();
  const settings = fileWith(shop.settings(yaml));
  const args = ['read', '--config', settings, '--format', 'jsonl', '--out', out, '--debug'];
  const outcome = await sourceCentra(args, { isForPeople: true });
  expect(outcome.stderr).toContain('held back by on_error: quarantine');
  shop.expectNobody(outcome);
  expectNobodyIn(out);
});

describe('read-all', () => {
  /** Says with which arguments and variables each process was started. */
  const witness = (folder: string) => {
    const script = join(folder, 'witness.mjs');
    writeFileSync(
      script,
      `import { writeFileSync } from 'node:fs';
writeFileSync(new URL(process.pid + '.started', import.meta.url), JSON.stringify({ argv: process.argv, env: process.env }));\n`,
    );
    return `--import=${pathToFileURL(script)}`;
  };

  test('the report, the logs of its processes, and what these are started with', async () => {
    const [tenants, out, another, seen] = [newFolder(), newFolder(), newFolder(), newFolder()];
    const other = await openPrivateShop({ orders: 60, seed: 8 });
    const wrong = 'a-token-that-the-shop-does-not-know';
    const all = {
      north: shop.settings(),
      // One whose secrets are in variables.
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference to a variable.
      south: other.settings(everyMask, { api_token: '${SOUTH_TOKEN}', pii_key: '${SOUTH_KEY}' }),
      west: {
        ...shop.settings(),
        endpoint: shop.endpoint.replace('127.0.0.1', 'localhost'),
        api_token: wrong,
      },
      broken: { ...shop.settings(), max_concurrency: wrong },
    };
    for (const [name, settings] of Object.entries(all)) {
      mkdirSync(join(tenants, name));
      writeFileSync(join(tenants, name, 'config.json'), JSON.stringify(settings));
    }
    const environment = {
      SOUTH_TOKEN: other.token,
      SOUTH_KEY: piiKey,
      NODE_OPTIONS: witness(seen),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    };
    const run = (to: string, ...args: readonly string[]) =>
      sourceCentra(['read-all', tenants, '--out', to, '--debug', ...args], {
        isForPeople: true,
        environment,
      });
    const outcomes = await Promise.all([run(out, '--json', '--log-format', 'json'), run(another)]);
    expect(outcomes[0]?.stdout).toContain('"tenant":"south","exitCode":0');
    for (const outcome of outcomes) {
      expect(outcome.code).toBe(2);
      expect(outcome.stderr).toContain('west: Centra refused the API token');
      for (const each of [shop, other]) each.expectNobody(outcome, wrong);
    }
    for (const [name, each] of Object.entries({ north: shop, south: other })) {
      expect(rowsIn(join(out, name), 'orders').length).toBeGreaterThan(0);
      expectNobodyIn(join(out, name), each);
    }
    const started = filesIn(seen)
      .filter((file) => file.endsWith('.started'))
      .map(
        (file) => JSON.parse(readFileSync(file, 'utf8')) as { argv: string[]; env: Record<string, string> },
      );
    // Two that start others, and a process for each tenant.
    expect(started).toHaveLength(2 + 2 * Object.keys(all).length);
    const given = new Set(['PATH', ...Object.keys(environment)]);
    for (const { argv, env } of started) {
      for (const each of [shop, other]) each.expectNobody(argv.join('\n'), wrong);
      const added = Object.fromEntries(Object.entries(env).filter(([name]) => !given.has(name)));
      for (const name of Object.keys(added)) expect(name).toMatch(/^(TRACEPARENT|TRACESTATE|__CF_.*)$/);
      for (const each of [shop, other]) each.expectNobody(JSON.stringify(added), wrong);
      // Not from a configuration: nothing but what this test has set.
      expect(Object.values(env)).not.toContain(shop.token);
    }
  });
});

describe('config init', () => {
  const init = (environment: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    sourceCentra(['config', 'init', '--debug', ...args], { isForPeople: true, environment });

  test('prints no token, and the file holds none where it is kept elsewhere', async () => {
    const folder = newFolder();
    const out = join(folder, 'config.json');
    const environment = { CENTRA_API_TOKEN: shop.token };
    const args = ['--endpoint', shop.endpoint, '--out', out, '--token-env'];
    const outcome = await init(environment, ...args, 'CENTRA_API_TOKEN');
    expect(outcome.code).toBe(0);
    shop.expectNobody(outcome);
    expectNobodyIn(folder);
    const mistaken = await init(environment, ...args, `=${shop.token}`, '--force');
    expect(mistaken.code).toBe(2);
    shop.expectNobody(mistaken);
  });

  test('a wrong token, a wrong place', async () => {
    const wrong = 'a-token-that-the-shop-does-not-know';
    const out = join(newFolder(), 'config.json');
    const args = ['--endpoint', shop.endpoint, '--token-env', 'CENTRA_API_TOKEN', '--out'];
    const refused = await init({ CENTRA_API_TOKEN: wrong }, ...args, out);
    const homeless = await init({ CENTRA_API_TOKEN: shop.token }, ...args, '/nowhere/config.json');
    const addressed = await init(
      { CENTRA_API_TOKEN: wrong },
      ...['--endpoint', `https://${wrong}@acme.centra.com/graphql`, '--token-env', 'CENTRA_API_TOKEN'],
      ...['--out', out],
    );
    expect([refused.code, homeless.code, addressed.code]).toEqual([3, 2, 2]);
    for (const outcome of [refused, homeless, addressed]) shop.expectNobody(outcome, wrong);
  });
});
