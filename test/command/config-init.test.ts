import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';
import { inTerminal, type Step } from './terminal.ts';

const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';
const TOKEN = 'a-token-that-nobody-may-see';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'source-centra-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const json = (name: string) => JSON.parse(readFileSync(at(name), 'utf8')) as unknown;
const modeOf = (name: string) => (statSync(at(name)).mode & 0o777).toString(8);

function init(steps: readonly Step[], ...args: readonly string[]) {
  return inTerminal(['config', 'init', ...args], { cwd: folder, steps });
}

function initByArguments(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const out = args.includes('--out') ? [] : ['--out', at('config.json')];
  return sourceCentra(['config', 'init', ...out, ...args], {
    isForPeople: true,
    environment,
  });
}

test('asks, checks, and writes a configuration for its owner alone', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const { code, shown, raw } = await init([
    { see: 'Shop, such as', type: endpoint.replace('/graphql', '') + ENTER },
    { see: 'API token', type: TOKEN + ENTER },
    { see: 'Read changes since', type: `2026-01-01${ENTER}` },
    { see: 'Where is the token kept?', type: ENTER },
  ]);
  expect(code).toBe(0);
  expect(raw).not.toContain(TOKEN);
  expect(shown).toContain(endpoint);
  expect(shown).toContain('✓ orders and order_lines can be read.');
  expect(shown).toContain('Wrote config.json, which only you can read.\n');
  expect(json('config.json')).toEqual({ endpoint, api_token: TOKEN, start_date: '2026-01-01' });
  expect(modeOf('config.json')).toBe('600');
  expect(readdirSync(folder)).toEqual(['config.json']);

  const check = await sourceCentra(['check', '--config', at('config.json')]);
  expect(check.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
});

test('the token can stay in the environment', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const { code, shown } = await init([
    { see: 'Shop, such as', type: `not a shop${ENTER}` },
    { see: 'Give the name of your shop', type: `\u0015${endpoint}${ENTER}` },
    { see: 'API token', type: TOKEN + ENTER },
    { see: 'Read changes since', type: ENTER },
    { see: 'Where is the token kept?', type: DOWN + ENTER },
  ]);
  expect(code).toBe(0);
  expect(json('config.json')).toEqual({ endpoint, api_token: `\${CENTRA_API_TOKEN}` });
  expect(shown).toContain('set CENTRA_API_TOKEN wherever source-centra runs');
  expect(shown).not.toContain(TOKEN);
});

test('the token can be kept in a file of its own', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const { code } = await init(
    [
      { see: 'API token', type: TOKEN + ENTER },
      { see: 'Read changes since', type: ENTER },
      { see: 'Where is the token kept?', type: DOWN + DOWN + ENTER },
      { see: 'Path of that file', type: ENTER },
    ],
    '--endpoint',
    endpoint,
  );
  expect(code).toBe(0);
  expect(json('config.json')).toEqual({ endpoint, api_token: `\${file:${at('centra_api_token')}}` });
  expect(readFileSync(at('centra_api_token'), 'utf8')).toBe(`${TOKEN}\n`);
  expect([modeOf('config.json'), modeOf('centra_api_token')]).toEqual(['600', '600']);
  const check = await sourceCentra(['check', '--config', at('config.json')]);
  expect(check.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
});

test('a refused token can be typed again', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const { code, shown } = await init(
    [
      { see: 'API token', type: `a-mistyped-token${ENTER}` },
      { see: 'What now?', type: ENTER },
      { see: 'API token', type: TOKEN + ENTER },
      { see: 'Read changes since', type: ENTER },
      { see: 'Where is the token kept?', type: ENTER },
    ],
    '--endpoint',
    endpoint,
  );
  expect(code).toBe(0);
  expect(shown).toMatch(/✗ .*token/);
  expect(shown).not.toContain('a-mistyped-token');
  expect(json('config.json')).toMatchObject({ api_token: TOKEN });
});

test('a token without permissions is written when its owner says so', async () => {
  const shop = await openShop({ orders: 20, token: TOKEN, permissions: [] });
  const steps = [
    { see: 'API token', type: TOKEN + ENTER },
    { see: 'What now?', type: DOWN + DOWN + DOWN + ENTER },
    { see: 'Read changes since', type: ENTER },
    { see: 'Where is the token kept?', type: ENTER },
  ];
  const { code, shown } = await init(steps, '--endpoint', shop.endpoint);
  expect(code).toBe(0);
  expect(shown).toContain('! orders and order_lines cannot be read: The API token may not read orders');
  expect(shown).toContain('✗ The token is good, but no stream can be read with it.');
  expect(json('config.json')).toEqual({ endpoint: shop.endpoint, api_token: TOKEN });
});

test.each<[string, readonly Step[]]>([
  ['at the first question', [{ see: 'Shop, such as', type: CTRL_C }]],
  [
    'in the middle of the token',
    [
      { see: 'Shop, such as', type: `acme${ENTER}` },
      { see: 'API token', type: TOKEN + CTRL_C },
    ],
  ],
])('Ctrl-C %s leaves no file', async (_, steps) => {
  const { code, shown } = await init(steps);
  expect(code).toBe(130);
  expect(shown).toContain('Nothing was written.');
  expect(shown).not.toContain(TOKEN);
  expect(readdirSync(folder)).toEqual([]);
});

test('Ctrl-C while the API is asked leaves no file', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN, latencyMs: 2_000 });
  const steps = [
    { see: 'API token', type: TOKEN + ENTER },
    { see: 'Asking', type: CTRL_C },
  ];
  const { code, shown } = await init(steps, '--endpoint', endpoint);
  expect(code).toBe(130);
  expect(shown).toContain('Nothing was written.');
  expect(readdirSync(folder)).toEqual([]);
});

test('a file that is there is replaced when its owner says so, and then it is private', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  writeFileSync(at('config.json'), '{}', { mode: 0o644 });
  const refused = await init([{ see: 'Replace it', type: ENTER }]);
  expect(refused).toMatchObject({ code: 2 });
  expect(json('config.json')).toEqual({});
  const replaced = await init(
    [
      { see: 'Replace it', type: `y${ENTER}` },
      { see: 'API token', type: TOKEN + ENTER },
      { see: 'Read changes since', type: ENTER },
      { see: 'Where is the token kept?', type: ENTER },
    ],
    '--endpoint',
    endpoint,
  );
  expect(replaced.code).toBe(0);
  expect(json('config.json')).toEqual({ endpoint, api_token: TOKEN });
  expect(modeOf('config.json')).toBe('600');
});

test('without a terminal it says what to do instead', async () => {
  const { code, stderr } = await initByArguments({});
  expect(code).toBe(2);
  expect(stderr).toBe(
    'source-centra: There is no terminal to ask in, and --endpoint, and --token-env NAME or --token-file PATH are missing. Run source-centra config init in a terminal (with docker run: -it), or say it all: source-centra config init --endpoint acme --token-env CENTRA_API_TOKEN --out config.json.\n'.replace(
      'config.json',
      at('config.json'),
    ),
  );
});

test('a folder that is not there is noticed before anything is asked', async () => {
  const { code, stderr } = await initByArguments({}, '--out', at('nowhere/config.json'));
  expect(code).toBe(2);
  expect(stderr).toContain(`Nothing can be written to ${at('nowhere')}: there is no such folder.`);
});

test('without a terminal, arguments say it all', async () => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const args = ['--endpoint', endpoint, '--token-env', 'MY_TOKEN', '--start-date', '2026-01-01'];
  const first = await initByArguments({ MY_TOKEN: TOKEN }, ...args);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout + first.stderr).not.toContain(TOKEN);
  const written = { endpoint, api_token: `\${MY_TOKEN}`, start_date: '2026-01-01' };
  expect(json('config.json')).toEqual(written);
  expect(modeOf('config.json')).toBe('600');

  writeFileSync(at('token'), `${TOKEN}\n`);
  const fileArgs = ['--endpoint', endpoint, '--token-file', at('token')];
  const kept = await initByArguments({}, ...fileArgs);
  expect(kept).toMatchObject({ code: 2 });
  expect(kept.stderr).toContain('is there already, and is not overwritten');
  expect(json('config.json')).toEqual(written);
  expect(await initByArguments({}, ...fileArgs, '--force')).toMatchObject({ code: 0 });
  expect(json('config.json')).toEqual({ endpoint, api_token: `\${file:${at('token')}}` });
});

test.each<[string, number, Readonly<Record<string, string>>, readonly string[]]>([
  ['a token that is refused', 3, { MY_TOKEN: 'a-wrong-token' }, ['--token-env', 'MY_TOKEN']],
  ['a variable that is not set', 2, {}, ['--token-env', 'MY_TOKEN']],
  ['the token where its name belongs', 2, {}, ['--token-env', 'a-wrong-token']],
  ['a file that is not there', 2, {}, ['--token-file', '/nowhere/token']],
  ['a day that is none', 2, { MY_TOKEN: TOKEN }, ['--token-env', 'MY_TOKEN', '--start-date', 'soon']],
])('without a terminal, %s leaves no file', async (_, expected, environment, args) => {
  const { endpoint } = await openShop({ orders: 20, token: TOKEN });
  const { code, stdout, stderr } = await initByArguments(environment, '--endpoint', endpoint, ...args);
  expect(code, stderr).toBe(expected);
  expect(stdout + stderr).not.toMatch(/a-wrong-token|nobody-may-see/);
  expect(readdirSync(folder)).toEqual([]);
});
