import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogCommand, expectCatalogGolden, writeCatalog } from './catalog-command.ts';
import { sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';

const later = `version: 1
extends: default
streams:
  orders:
    where: { storeType: DIRECT_TO_CONSUMER }
    columns:
      total: grandTotal(includingTax: false).value
      number: { path: number, type: string }
      is_locked: null
      locked: isLocked
      city: { path: shippingAddress.city, pii: mask }
  order_lines:
    key: [order_line_id]
  inventory: null
  purchase_orders:
    from: purchaseOrders
    key: [id]
    columns: { id: id, status: status }
`;

test('two catalogs: what changes, what a destination must do, and exit code 1', async () => {
  writeCatalog('later.yaml', later);
  const { code, stdout, stderr } = await catalogCommand('diff', 'default', 'later.yaml');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  await expectCatalogGolden('diff.txt', stdout);
});

test('only what is compatible: exit code 0', async () => {
  writeCatalog(
    'more.yaml',
    'version: 1\nextends: default\nstreams:\n  orders: { columns: { purchase_number: purchaseOrderNumber } }\n',
  );
  const { code, stdout } = await catalogCommand('diff', 'default', 'more.yaml', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    before: 'catalog/default.yaml',
    after: 'more.yaml',
    needsAction: false,
    changes: [{ stream: 'orders', column: 'purchase_number', kind: 'column_added', action: 'add' }],
  });
});

test('what discover printed against the catalog of a release', async () => {
  const shop = await openShop({ orders: 5 });
  const discovered = await sourceCentra(['discover', '--config', shop.config]);
  writeCatalog(
    'discovered.jsonl',
    `{"type":"LOG","log":{"level":"INFO","message":"x"}}\n${discovered.stdout}`,
  );
  const same = await catalogCommand('diff', 'discovered.jsonl', 'default', '--config', shop.config);
  expect(same).toMatchObject({ code: 0, stderr: '' });
  await expectCatalogGolden('diff-discovered.txt', same.stdout);

  writeCatalog('later.yaml', later);
  const other = await catalogCommand('diff', 'discovered.jsonl', 'later.yaml', '--json');
  expect(other.code).toBe(1);
  const { changes, isMakingCompared } = JSON.parse(other.stdout) as {
    changes: readonly { kind: string; stream: string; column?: string }[];
    isMakingCompared: boolean;
  };
  expect(isMakingCompared).toBe(false);
  expect(changes.map(({ kind, stream, column }) => [kind, stream, column ?? ''].join(' ').trim())).toEqual([
    'stream_removed inventory',
    'column_removed orders is_locked',
    'type_changed orders number',
    'column_added orders locked',
    'column_added orders city',
    'key_changed order_lines',
    'stream_added purchase_orders',
  ]);
});

test('what is no catalog at all', async () => {
  writeCatalog('configured.json', '{"streams":[{"stream":{"name":"orders"},"sync_mode":"incremental"}]}');
  const configured = await catalogCommand('diff', 'configured.json', 'default');
  expect(configured.code).toBe(2);
  expect(configured.stderr).toBe(
    'source-centra: configured.json is a configured catalog, in which columns may be deselected. Save what source-centra discover --config … prints, and give that.\n',
  );
  writeCatalog('wrong.yaml', 'version: 1\nstreams: { o: { from: order } }\n');
  const wrong = await catalogCommand('diff', 'default', 'wrong.yaml');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('Run source-centra catalog check wrong.yaml to see all of it.');
  const missing = await catalogCommand('diff', join('nowhere', 'a.yaml'), 'default');
  expect(missing.code).toBe(2);
  const unknown = await catalogCommand('diff', 'default', 'nosuch');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /^source-centra: There is no bundled catalog "nosuch"\. The bundled catalogs are .*; a path begins with "\.\/"\.\n$/,
  );
});
