import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const page = readFileSync('docs/operations.md', 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!What happens|---)/.test(line));

/** By the name of a file: the texts of all tests that are called so. */
const tests = new Map<string, string>();
for (const path of readdirSync('test', { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.test.ts')) continue;
  const name = basename(path, '.test.ts');
  tests.set(name, `${tests.get(name) ?? ''}\n${readFileSync(join('test', path), 'utf8')}`);
}

test('names what can go wrong', () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)('%s', (row) => {
  const [, file = '', name = ''] = / `([\w-]+) › ([^`]+)` \|$/.exec(row) ?? [];
  expect(tests.has(file), `There is no test file ${file}.test.ts.`).toBe(true);
  const quoted = [`'${name.replaceAll("'", "\\'")}'`, `"${name}"`];
  expect(
    quoted.some((text) => tests.get(file)?.includes(text)),
    `${file}.test.ts has no test "${name}".`,
  ).toBe(true);
});
