import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { catalogCommand, expectCatalogGolden, workFolder, writeCatalog } from './catalog-command.ts';
import { openShop } from './sandbox-control.ts';

test('the page of the default catalog', async () => {
  const { code, stdout, stderr } = await catalogCommand('docs', 'default');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // The page is the project's own documentation, so it is kept true here.
  await expect(stdout).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'streams.md'));
});

test('--out writes the page and the sources of dbt', async () => {
  const { code, stdout } = await catalogCommand('docs', 'default', '--out', 'docs/made');
  expect(code).toBe(0);
  expect(stdout).toContain(join('docs', 'made', 'sources.yml'));
  const read = (name: string) => readFileSync(join(workFolder, 'docs', 'made', name), 'utf8');
  expect(read('streams.md')).toBe((await catalogCommand('docs', 'default')).stdout);
  await expectCatalogGolden('docs-default-sources.yml', read('sources.yml'));
  const { sources } = parse(read('sources.yml')) as {
    sources: readonly {
      tables: readonly { name: string; loaded_at_field?: string; columns: readonly object[] }[];
    }[];
  };
  const tables = sources[0]?.tables ?? [];
  expect(tables.map(({ name, loaded_at_field }) => [name, loaded_at_field])).toEqual([
    ['orders', 'updated_at'],
    ['order_lines', 'updated_at'],
    ['returns', undefined],
    ['return_lines', undefined],
    ['indeliveries', undefined],
    ['indelivery_lines', undefined],
    ['inventory', 'snapshot_at'],
  ]);
});

test('what is masked, nested, mapped and left out', async () => {
  writeCatalog(
    'acme.yaml',
    `version: 1
tenant: Nordic Outdoor AB
streams:
  orders:
    from: orders
    key: [order_id]
    columns:
      order_id: number
      email: { path: customer.email, pii: hash, description: The address | as a code. }
      city: { path: shippingAddress.city, pii: allow, trim: true, upper: true }
      name: { path: shippingAddress.firstName, pii: drop }
      country: { first: [shippingAddress.country.code, country.code], default: ZZ }
      rank: { path: status, map: { PENDING: 1, CONFIRMED: 2 }, else: 0 }
      total: { path: grandTotal.value, type: "decimal(12, 2)", on_error: quarantine }
      market: { path: market, all: [id, name] }
      source: { const: centra }
      lines: { each: lines, columns: { sku: productSize.SKU, note: { path: comment, pii: mask } } }
  sizes:
    from: products
    each: variants.productSizes
    key: [size_id]
    columns: { size_id: id, sku: SKU, product: ^^name }
`,
  );
  const { code, stdout } = await catalogCommand('docs', 'acme.yaml');
  expect(code).toBe(0);
  await expectCatalogGolden('docs-acme.md', stdout);
});

test('live: a column that the shop does not have is said to be empty', async () => {
  const shop = await openShop({ orders: 5 });
  await shop.control('schema', { remove: ['Order.externalId'] });
  const { code, stdout } = await catalogCommand('docs', '--config', shop.config);
  expect(code).toBe(0);
  expect(stdout).toContain("Always empty: this shop's API has no Order.externalId.");
});

test('a folder that cannot be written, and a catalog with errors', async () => {
  writeCatalog('taken', 'a file\n');
  const taken = await catalogCommand('docs', 'default', '--out', 'taken');
  expect(taken.code).toBe(2);
  expect(taken.stderr).toContain('The folder taken cannot be written (EEXIST).');
  writeCatalog('wrong.yaml', 'version: 1\nstreams: { o: { from: order } }\n');
  expect((await catalogCommand('docs', 'wrong.yaml')).code).toBe(2);
});
