import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..', '..', '..', 'src');

/** The rooms that know how Centra is asked; the sandbox answers. */
const askers = ['shop/', 'centra/', 'sandbox/'];

const others = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.generated)\.ts$/.test(path) && askers.every((room) => !path.startsWith(room)))
  .sort();

const faults: readonly (readonly [string, RegExp])[] = [
  ['sends a request', /\.ask\(/],
  ['composes a query', /[`'"]\s*(query|mutation|subscription)\b[^`'"]*\{/],
  ['makes a client', /import \{[^}]*\bcreateClient\b/],
];

/** The one place where a client is made, with the real network, clock and dice. */
const exceptions = new Set(['read/shop.ts makes a client']);

test('only the rooms shop and centra compose queries and send them', () => {
  expect(others.length).toBeGreaterThan(200);
  const found = others.flatMap((path) => {
    const text = readFileSync(join(source, path), 'utf8');
    return faults.flatMap(([fault, pattern]) => (pattern.test(text) ? [`${path} ${fault}`] : []));
  });
  expect(found.filter((fault) => !exceptions.has(fault))).toEqual([]);
});

test.each([
  ['sends a request', 'await client.ask(query, signal)'],
  ['composes a query', 'const text = `query orders($where: X) { orders { id } }`;'],
  ['composes a query', "query: 'mutation { confirm { id } }'"],
  ['makes a client', "import { type ClientOptions, createClient } from './client.ts';"],
])('what %s is noticed', (fault, text) => {
  expect(faults.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)).toEqual([fault]);
});
