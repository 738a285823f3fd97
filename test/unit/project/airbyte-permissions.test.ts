import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCatalog } from '../../../src/catalog/compile/checked-catalog.ts';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { permissionsNeeded } from '../../../src/catalog/compile/permissions-needed.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const catalog = await loadCatalog(
  { source: 'bundled', name: 'default' },
  { piiKey: undefined, piiKeyId: undefined },
);
const { streams } = catalog.bind(catalog.reference);

const listOf = (some: readonly CompiledStream[]) =>
  permissionsNeeded({ streams: some }).map(({ permission }) => permission);
const namedIn = (text: string) => [...new Set(text.match(/(?<=`)[A-Z]\w*(?:\.\w+)?:read(?=`)/g))].sort();

test('the Airbyte page names those of each root', () => {
  const page = readFileSync(join(root, 'docs', 'airbyte.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `\w+`.*:read`/.test(line));
  const shown = new Set<string>();
  for (const row of rows) {
    const [, names = '', permissions = ''] = row.split('|');
    const some = streams.filter(({ name }) => names.includes(`\`${name}\``));
    expect(namedIn(permissions), names).toEqual(listOf(some));
    for (const { name } of some) shown.add(name);
  }
  expect([...shown].sort()).toEqual(streams.map(({ name }) => name).sort());
});
