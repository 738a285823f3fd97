import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { catalogOf, configured, fileWith, type Outcome, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

let shop: TestShop;
let catalog: AirbyteCatalog;
let website: Server;

beforeAll(async () => {
  shop = await openShop({ orders: 20 });
  catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  website = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end('<!doctype html><title>Welcome</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => website.once('listening', resolve));
});
afterAll(() => website.close());

const token = 'cfx-0123456789-not-a-good-token';

/** The text with what differs from run to run taken out. */
function steady(text: string): string {
  return text
    .replaceAll(/\/[^\s"]*\/source-centra-test-[^\s"/]*\/\d+\./g, 'FOLDER/1.')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
}

function errorOf({ messages }: Outcome): unknown {
  const error = messages.flatMap(({ trace }) => trace?.error ?? [])[0];
  return error === undefined
    ? undefined
    : { failure_type: error.failure_type, message: steady(error.message) };
}

function expectClean(outcome: Outcome): void {
  expect(outcome.stdout + outcome.stderr).not.toContain(token);
  expect(outcome.stdout + outcome.stderr).not.toMatch(/\n\s+at /);
}

const configurations: readonly [string, () => unknown][] = [
  ['that is no JSON', () => `{"api_token": "${token}",`],
  ['that is empty', () => ''],
  ['without a token', () => ({ endpoint: shop.endpoint })],
  ['with an http endpoint', () => ({ endpoint: 'http://acme.centra.com/graphql', api_token: token })],
  [
    'that names an unknown catalog',
    () => ({
      endpoint: shop.endpoint,
      api_token: shop.token,
      tenant_catalog: { source: 'bundled', name: 'defualt' },
    }),
  ],
  [
    'that names a catalog file that is not there',
    () => ({
      endpoint: shop.endpoint,
      api_token: shop.token,
      tenant_catalog: { source: 'file', path: '/nowhere/acme.yaml' },
    }),
  ],
  ['with a wrong token', () => ({ endpoint: shop.endpoint, api_token: token })],
  [
    'whose endpoint refuses connections',
    () => ({ endpoint: 'http://127.0.0.1:9/graphql', api_token: token, max_wait_minutes: 0 }),
  ],
  [
    'whose endpoint does not resolve',
    () => ({ endpoint: 'https://acme.centra.invalid/graphql', api_token: token }),
  ],
  [
    'whose endpoint answers a web page',
    () => ({
      endpoint: `http://127.0.0.1:${(website.address() as AddressInfo).port}/graphql`,
      api_token: token,
    }),
  ],
  [
    'whose endpoint is another path',
    () => ({ endpoint: shop.endpoint.replace('/graphql', '/grapql'), api_token: token }),
  ],
];

test.each(configurations)('check, with a configuration %s: FAILED, and what to do', async (_, content) => {
  const outcome = await sourceCentra(['check', '--config', fileWith(content())]);
  expect(outcome.code).toBe(0);
  const status = outcome.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
  expect(status?.status).toBe('FAILED');
  expect(steady(status?.message ?? '')).toMatchSnapshot();
  expectClean(outcome);
});

test.each(configurations)('read, with a configuration %s: an error, and an exit code', async (_, content) => {
  const args = [
    'read',
    '--config',
    fileWith(content()),
    '--catalog',
    fileWith(configured(catalog, 'full_refresh')),
  ];
  const outcome = await sourceCentra(args);
  expect({ code: outcome.code, error: errorOf(outcome) }).toMatchSnapshot();
  expectClean(outcome);
});

test('a token that the API does not know is refused by 403, and that is an error of the token', async () => {
  const wrong = { endpoint: shop.endpoint, api_token: token };
  const checked = await sourceCentra(['check', '--config', fileWith(wrong)]);
  const status = checked.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
  expect(status?.message).toMatch(/^Centra refused the API token \(403\)\. /);
  const discovered = await sourceCentra(['discover', '--config', fileWith(wrong)]);
  expect(discovered.code).toBe(3);
  expect(errorOf(discovered)).toMatchObject({ message: expect.stringContaining('token (403)') });
});

const state = (value: unknown) => [
  { type: 'STREAM', stream: { stream_descriptor: { name: 'orders' }, stream_state: value } },
];

test.each<[string, () => { catalog?: unknown; state?: unknown }]>([
  ['a configured catalog that is no JSON', () => ({ catalog: '{' })],
  ['a discovered catalog in place of a configured one', () => ({ catalog: { type: 'CATALOG', catalog } })],
  [
    'an unknown stream',
    () => ({ catalog: { streams: [{ stream: { name: 'ordrs' }, sync_mode: 'incremental' }] } }),
  ],
  ['a state that is no JSON', () => ({ state: 'null null' })],
  ['a state of another connector', () => ({ state: state({ cursor: '2026-01-01' }) })],
  ['a state of a newer version', () => ({ state: state({ version: 9, kind: 'windows' }) })],
  ['a global state', () => ({ state: [{ type: 'GLOBAL', global: { stream_states: [] } }] })],
])('read, with %s', async (_, input) => {
  const given = input();
  const args = [
    'read',
    '--config',
    shop.config,
    '--catalog',
    fileWith(given.catalog ?? configured(catalog, 'incremental')),
  ];
  const outcome = await sourceCentra(
    given.state === undefined ? args : [...args, '--state', fileWith(given.state)],
  );
  expect({ code: outcome.code, error: errorOf(outcome) }).toMatchSnapshot();
  expectClean(outcome);
});

test('read, with a misspelt stream by hand: no stream is read, and no table tells of it', async () => {
  const out = fileWith('').replace('.json', '');
  const args = ['read', '--config', shop.config, '--only', 'order', '--format', 'jsonl', '--out', out];
  const { code, stdout, stderr } = await sourceCentra(args, { isForPeople: true });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('There is no stream "order". Did you mean orders? The tenant catalog has orders,');
});

test('an empty state file stands for no state', async () => {
  const args = [
    'read',
    '--config',
    shop.config,
    '--catalog',
    fileWith(configured(catalog, 'incremental', ['orders'])),
  ];
  expect((await sourceCentra([...args, '--state', fileWith('')])).code).toBe(0);
});

test.each([
  ['no command of a group', ['catalog']],
  ['an unknown command', ['raed']],
  ['an unknown option', ['spec', '--colour']],
])('%s', async (_, args) => {
  const outcome = await sourceCentra(args);
  expect({ code: outcome.code, stderr: outcome.stderr }).toMatchSnapshot();
});

test('no command: the help', async () => {
  const outcome = await sourceCentra([], { isForPeople: true });
  const help = await sourceCentra(['--help'], { isForPeople: true });
  expect([outcome.code, outcome.stderr]).toEqual([0, '']);
  expect(outcome.stdout).toMatch(/^source-centra <command>\n[\s\S]*\nCommands:\n[\s\S]*\nExamples:\n/);
  expect(outcome.stdout).toBe(help.stdout);
});

test('options that every command has work before the command, and with a value', async () => {
  const args = ['--log-format', 'json', '--quiet=true', 'explain', '--config', 'nowhere.json'];
  const { code, stdout, stderr } = await sourceCentra(args, { isForPeople: true });
  expect([code, stdout]).toEqual([2, '']);
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'error',
    message: expect.stringContaining('nowhere.json'),
  });
});
