import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientSchema, introspectionFromSchema } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { loadCatalog } from '../../../src/catalog/compile/checked-catalog.ts';
import { bundledSchema } from '../../../src/centra/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-centra-catalog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = { piiKey: undefined, piiKeyId: undefined };

test('a catalog is read once, and bound to as many schemas as there are', async () => {
  const path = join(folder, 'acme.yaml');
  writeFileSync(path, 'version: 1\nextends: default\n');
  const catalog = await loadCatalog({ source: 'file', path }, keys);
  // What it says from now on is for the next run.
  writeFileSync(path, 'version: 2\n');
  const live = buildClientSchema(introspectionFromSchema(catalog.reference));
  const bound = catalog.bind(live);
  expect(bound.problems).toEqual([]);
  expect(bound.streams.map(({ name }) => name)).toContain('orders');
  expect(
    catalog.bind(live, new Map([['orders', new Set<string>()]])).streams[0]?.columns.length,
  ).toBeLessThan(bound.streams[0]?.columns.length ?? 0);
});

test('against the schema that comes with the connector it is compiled once, when it is checked', async () => {
  const catalog = await loadCatalog({ source: 'bundled', name: 'default' }, keys);
  expect(catalog.reference).toBe(await bundledSchema());
  expect(catalog.bind(catalog.reference)).toBe(catalog.bind(catalog.reference));
  expect(catalog.bind(catalog.reference).problems).toBe(catalog.problems);
});

test('what is wrong with it is a finding, and is not thrown', async () => {
  const catalog = await loadCatalog({ source: 'file', path: join(folder, 'nowhere.yaml') }, keys);
  expect(catalog.problems).toMatchObject([{ code: 'catalog/not_found', severity: 'error' }]);
});
