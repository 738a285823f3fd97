import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogCommand, workFolder } from './catalog-command.ts';
import { catalogOf, configured, fileWith, recordsOf, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const tenants = [
  {
    tenant: 'acme',
    orderColumns: ['or_channel', 'or_channel_value', 'or_gift_wrapped', 'or_gift_card_url', 'or_tags_all'],
    lineColumns: ['pr_long_name', 'pr_care_symbols_values', 'sh_swatch_hex', 'sh_swatch_image_url'],
  },
  {
    tenant: 'nord',
    orderColumns: ['order_source_kilde', 'order_source_butikknummer', 'order_loyalty_medlem'],
    lineColumns: ['product_text_no', 'product_season_sesong_value', 'variant_colour_familie_values'],
  },
] as const;

test.each(tenants)(
  '$tenant: a catalog that checks, reads, and holds every custom attribute',
  async ({ tenant, orderColumns, lineColumns }) => {
    const shop = await openShop({ tenant, orders: 200 });
    const file = `${tenant}.yaml`;
    const init = await catalogCommand('init', '--config', shop.config, '--out', file, '--tenant', tenant);
    expect(init).toMatchObject({ code: 0, stderr: '' });
    expect(init.stdout).toMatch(
      /^Wrote \w+\.yaml: \d+ columns for \d+ types of custom attributes, on 5 streams\./,
    );
    // The limits, the schema, the types of the attributes, and a sample of each of seven lists whose rows have some.
    expect(init.stdout).toContain('Asked Centra 10 times.');
    expect(init.stdout).toContain(`Next: source-centra catalog check ${file}`);

    const check = await catalogCommand('check', file, '--config', shop.config);
    expect(check).toMatchObject({ code: 0 });

    const records = await recordsWith(shop, join(workFolder, file));
    expect(filledColumns(records, 'orders')).toEqual(expect.arrayContaining([...orderColumns]));
    for (const stream of ['order_lines', 'return_lines', 'indelivery_lines', 'inventory'])
      expect(filledColumns(records, stream)).toEqual(expect.arrayContaining([...lineColumns]));
  },
);

async function recordsWith(shop: TestShop, path: string) {
  const given = JSON.parse(readFileSync(shop.config, 'utf8')) as object;
  const config = fileWith({ ...given, tenant_catalog: { source: 'file', path } });
  const catalog = catalogOf(await sourceCentra(['discover', '--config', config]));
  const read = await sourceCentra([
    'read',
    '--config',
    config,
    '--catalog',
    fileWith(configured(catalog, 'full_refresh')),
  ]);
  expect(read.code).toBe(0);
  return recordsOf(read);
}

function filledColumns(records: Awaited<ReturnType<typeof recordsWith>>, stream: string): readonly string[] {
  const rows = records.filter((record) => record.stream === stream);
  return [
    ...new Set(
      rows.flatMap(({ data }) =>
        Object.entries(data).flatMap(([name, value]) => (value === null ? [] : [name])),
      ),
    ),
  ];
}

test('nothing personal is in the file: free texts of orders are described, never shown', async () => {
  const shop = await openShop({ orders: 200 });
  const { stdout } = await catalogCommand('init', '--config', shop.config);
  expect(stdout).toContain('or_gift_message: { path: attributes[or_gift].message, pii: mask }');
  expect(stdout).toContain('a choice, such as');
  expect(stdout).toContain('colours, such as #');
  // What the sandbox writes into greetings and campaigns.
  for (const free of ['ring twice', 'SUMMER-24', 'vip "gold"', 'fraud-check', 'family order'])
    expect(stdout).not.toContain(free);
});

test('the examples for masking work when their # is taken away', async () => {
  const shop = await openShop({ orders: 50 }, { pii_key: 'an example key that is 32 bytes or more' });
  const { stdout } = await catalogCommand('init', '--config', shop.config);
  const uncommented = stdout.replaceAll(/^( {6})# (\w+: \{ path: .*)$/gm, '$1$2');
  expect(uncommented).not.toBe(stdout);
  writeFileSync(join(workFolder, 'masked.yaml'), uncommented);
  const check = await catalogCommand('check', 'masked.yaml', '--config', shop.config);
  expect(check).toMatchObject({ code: 0 });
});

test('--out never overwrites, and nothing is asked', async () => {
  const shop = await openShop({ orders: 50 });
  writeFileSync(join(workFolder, 'mine.yaml'), 'mine');
  const { code, stdout, stderr } = await catalogCommand(
    'init',
    '--config',
    shop.config,
    '--out',
    'mine.yaml',
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    'source-centra: The file mine.yaml is there already, and is not overwritten. Give --out another name; what the shop has and this catalog lacks, `catalog coverage` tells.\n',
  );
  expect(readFileSync(join(workFolder, 'mine.yaml'), 'utf8')).toBe('mine');
});

test('--out in a folder that is not there', async () => {
  const shop = await openShop({ orders: 50 });
  const { code, stderr } = await catalogCommand('init', '--config', shop.config, '--out', 'no/such.yaml');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'The file no/such.yaml cannot be written. Give --out a path in a folder that exists',
  );
  expect(existsSync(join(workFolder, 'no'))).toBe(false);
});

test('what the token may not see is said in the file, and the rest is written', async () => {
  const shop = await openShop({ orders: 50 });
  await shop.control('permissions', { deny: ['Order.attributes:read'] });
  const { code, stdout, stderr } = await catalogCommand('init', '--config', shop.config);
  const gap = 'The attributes of Order could not be read: the token lacks Order.attributes:read.';
  expect(code).toBe(0);
  expect(stderr).toContain(`warn  ${gap}`);
  expect(stdout).toContain(`# - ${gap}`);
  expect(stdout).toContain('pr_long_name: product.attributes[pr_long_name].text');

  // The shop tells what attributes there are, though no order can be looked at.
  await shop.control('permissions', { deny: ['Order:read', 'Product:read'] });
  const unseen = await catalogCommand('init', '--config', shop.config);
  expect(unseen.code).toBe(0);
  expect(unseen.stdout).toContain('# - The API token may not read orders: it lacks Order:read.');
  expect(unseen.stdout).toContain('# or_channel: Sales channel; no orders were looked at');

  await shop.control('permissions', { deny: ['Order:read', 'Product:read', 'Attribute:read'] });
  const nothing = await catalogCommand('init', '--config', shop.config);
  expect(nothing.code).toBe(0);
  expect(nothing.stdout).toContain('streams: {}');
  writeFileSync(join(workFolder, 'nothing.yaml'), nothing.stdout);
  expect(await catalogCommand('check', 'nothing.yaml')).toMatchObject({ code: 0 });
});
