import { beforeAll, expect, test } from 'vitest';
import { fileWith, recordsOf, sourceCentra, statesOf } from './harness.ts';
import { newFolder } from './plain-folder.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { inTerminal } from './terminal.ts';

let shop: TestShop;
let blind: TestShop;
let unreachable = '';
beforeAll(async () => {
  shop = await openShop({ orders: 20 });
  blind = await openShop({ orders: 20 });
  await blind.control('permissions', { deny: ['Return:read'] });
  unreachable = fileWith({ endpoint: 'http://127.0.0.1:9/graphql', api_token: 'a-made-up-token' });
});

test('check in a terminal is for people, with a line for each list; through a pipe it is a message', async () => {
  const { code, shown } = await inTerminal(['check', '--config', blind.config], { cwd: newFolder() });
  expect(code).toBe(0);
  expect(shown).toContain(`${new URL(blind.endpoint).host} answers.`);
  expect(shown).toMatch(/ {2}ok {6}orders and order_lines can be read/);
  expect(shown).toMatch(/ {2}failed {2}returns and return_lines cannot be read: .*Return:read/);
  expect(shown).not.toMatch(/CONNECTION_STATUS|"type"/);
  const piped = await sourceCentra(['check', '--config', blind.config]);
  expect(piped.messages.flatMap((message) => message.connectionStatus?.status ?? [])).toEqual(['SUCCEEDED']);
});

test('what is wrong with a configuration is for people too', async () => {
  const options = { cwd: newFolder() };
  const { code, shown } = await inTerminal(['check', '--config', '/nowhere.json'], options);
  expect(code).toBe(0);
  expect(shown).toMatch(/^Not connected\. .*nowhere\.json/m);
  const found = await inTerminal(['discover', '--config', '/nowhere.json'], options);
  expect(found.code).toBe(2);
  expect(found.shown).toMatch(/^source-centra: .*nowhere\.json/m);
  expect(found.shown).not.toContain('"type"');
});

test('discover in a terminal is a table', async () => {
  const { code, shown } = await inTerminal(['discover', '--config', shop.config], { cwd: newFolder() });
  expect(code).toBe(0);
  expect(shown).toMatch(/stream +columns +key +cursor/);
  expect(shown).toMatch(/order_lines +\d+ +order_id, order_line_id +updated_at/);
  expect(shown).not.toContain('CATALOG');
});

test('--as says who reads, wherever the answer goes', async () => {
  const people = ['check', '--config', shop.config, '--as', 'people'];
  const piped = await sourceCentra(people, { isForPeople: true });
  expect(piped.stdout).toMatch(/^ {2}ok {6}inventory can be read\.$/m);
  const messages = ['check', '--config', shop.config, '--as', 'messages'];
  const { shown } = await inTerminal(messages, { cwd: newFolder() });
  expect(shown).toContain('"CONNECTION_STATUS"');
});

test.each<[string, () => string, number]>([
  ['everything can be read', () => shop.config, 0],
  ['a stream cannot be read', () => blind.config, 1],
  ['the configuration is not there', () => '/nowhere.json', 2],
  ['the token is refused', () => fileWith({ endpoint: shop.endpoint, api_token: 'wrong-token' }), 3],
  ['the API cannot be reached', () => unreachable, 4],
])('check --strict where %s', async (_, config, code) => {
  const strict = await sourceCentra(['check', '--config', config(), '--strict']);
  expect(strict.code).toBe(code);
  expect(strict.messages.filter(({ connectionStatus }) => connectionStatus !== undefined)).toHaveLength(1);
  if (code === 1) expect((await sourceCentra(['check', '--config', config()])).code).toBe(0);
});

test('read without a catalog reads every stream, incrementally', async () => {
  const first = await sourceCentra(['read', '--config', shop.config]);
  expect(first.code).toBe(0);
  const streams = new Set(recordsOf(first).map(({ stream }) => stream));
  expect([...streams].sort()).toEqual([
    'indeliveries',
    'indelivery_lines',
    'inventory',
    'order_lines',
    'orders',
    'return_lines',
    'returns',
  ]);
  const states = statesOf(first).map((state) => JSON.stringify({ type: 'STATE', state }));
  const args = ['read', '--config', shop.config, '--state', fileWith(states.join('\n'), 'jsonl')];
  const second = await sourceCentra(args);
  expect(second.code).toBe(0);
  expect(new Set(recordsOf(second).map(({ stream }) => stream))).toEqual(new Set(['inventory']));
});
