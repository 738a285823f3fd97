import { expect, test } from 'vitest';
import { catalogCommand, expectCatalogGolden, writeCatalog } from './catalog-command.ts';
import { openShop } from './sandbox-control.ts';

const hashing = `version: 1
extends: default
streams:
  orders:
    columns:
      email: { path: billingAddress.email, pii: hash }
      buyers: { each: lines, columns: { note: { path: comment, pii: hash } } }
`;

test('offline: a good catalog, its permissions, and what to type next', async () => {
  const { code, stdout, stderr } = await catalogCommand('check', 'default');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expectCatalogGolden('check-default.txt', stdout);
});

test('offline: every error with its place and a near match, and exit code 1', async () => {
  writeCatalog(
    'wrong.yaml',
    `version: 1
extends: default
streams:
  orders:
    where: { storeTyp: WHOLESALE }
    columns:
      total: grandTotal.vale
      first_name: billingAddress.firstName
  order_lines:
    key: [order_id, line]
`,
  );
  const { code, stdout } = await catalogCommand('check', 'wrong.yaml');
  expect(code).toBe(1);
  await expectCatalogGolden('check-wrong.txt', stdout);
});

test('offline: that a hash needs a key is a warning, at any depth', async () => {
  writeCatalog('hashing.yaml', hashing);
  const { code, stdout } = await catalogCommand('check', 'hashing.yaml');
  expect(code).toBe(0);
  expect(stdout.split('\n\n')[0]).toBe(
    `hashing.yaml:6:49: warning: orders.email: The column is hashed, as is orders.buyers.note: a read needs the key "pii_key" in its configuration.
  Make one with \`openssl rand -hex 32\`; with --config, this check looks whether it is there.`,
  );
});

test('live: the same catalog is an error while the configuration has no key', async () => {
  writeCatalog('hashing.yaml', hashing);
  const keyless = await openShop({ orders: 5 });
  const refused = await catalogCommand('check', 'hashing.yaml', '--config', keyless.config, '--json');
  expect(refused.code).toBe(1);
  const codes = (JSON.parse(refused.stdout) as Report).problems.map(({ code }) => code);
  expect(codes).toEqual(['pii/no_key', 'pii/no_key']);
  expect((await keyless.control('requests')) as unknown[]).toHaveLength(1);
  const keyed = await openShop({ orders: 5 }, { pii_key: 'a key of 32 bytes or more, for this test' });
  expect((await catalogCommand('check', 'hashing.yaml', '--config', keyed.config)).code).toBe(0);
});

interface Report {
  readonly schema: string;
  readonly problems: readonly {
    readonly code: string;
    readonly stream: string;
    readonly columnName?: string;
  }[];
  readonly permissions: readonly { readonly permission: string; readonly granted: boolean }[];
}

test('live: which columns the token cannot see is a warning, a stream that it cannot is an error', async () => {
  const shop = await openShop({ orders: 5 });
  await shop.control('permissions', { deny: ['Order.shippingAddress:read', 'Brand:read'] });
  const some = await catalogCommand('check', '--config', shop.config);
  expect(some.code).toBe(0);
  await expectCatalogGolden('check-live.txt', some.stdout);

  await shop.control('permissions', { deny: ['Return:read'] });
  const none = await catalogCommand('check', '--config', shop.config, '--json');
  expect(none.code).toBe(1);
  const report = JSON.parse(none.stdout) as Report;
  expect(report.schema).toBe('live');
  expect(report.problems.map(({ code, stream }) => `${code} ${stream}`)).toEqual([
    'permission/stream returns',
    'permission/stream return_lines',
  ]);
  expect(report.permissions.filter(({ granted }) => !granted)).toMatchObject([{ permission: 'Return:read' }]);
});

test('live: a stream that this shop cannot give is an error', async () => {
  const shop = await openShop({ orders: 5 });
  await shop.control('schema', { remove: ['Query.returns'] });
  const { code, stdout } = await catalogCommand('check', 'default', '--config', shop.config);
  expect(code).toBe(1);
  expect(stdout).toContain(`returns: This shop's API has no list "returns"`);
});

test('no catalog, and one that is not there', async () => {
  const none = await catalogCommand('check');
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(
    /^source-centra: No catalog is named\. Name one: a path such as \.\/acme\.yaml/,
  );
  const other = await catalogCommand('check', 'defualt');
  expect(other).toEqual({
    code: 2,
    stdout: '',
    stderr: 'source-centra: There is no bundled catalog "defualt". Did you mean default?\n',
  });
  const path = await catalogCommand('check', './nosuch.yaml', '--json');
  expect(path).toEqual({
    code: 2,
    stdout: '',
    stderr: 'source-centra: ./nosuch.yaml does not exist. Check the path.\n',
  });
  writeCatalog('orphan.yaml', 'version: 1\nextends: ./nosuch.yaml\n');
  const base = await catalogCommand('check', 'orphan.yaml');
  expect(base.code).toBe(1);
  expect(base.stdout).toContain('orphan.yaml:2:10: error: nosuch.yaml does not exist.\n  Check the path.');
});

const misspelled = `version: 1
extends: default
streams:
  orders:
    columns:
      channel: attributes[or_chanel].channel
      channel_code: { first: ['attributes[or_channel].chanel.selectedValue', number] }
      lines: { each: lines, columns: { colour: 'productVariant.attributes[sh_swach].desc' } }
  order_lines:
    columns:
      long_name: product.attributes[pr_long_name].txt
      vip: ^attributes[zzzzzz].text
`;

test('live: a misspelled attribute type or element is a warning with its place and a near match', async () => {
  const shop = await openShop({ orders: 60 });
  writeCatalog('misspelled.yaml', misspelled);
  const before = ((await shop.control('requests')) as unknown[]).length;
  const { code, stdout } = await catalogCommand('check', 'misspelled.yaml', '--config', shop.config);
  expect(code).toBe(0);
  await expectCatalogGolden('check-attributes.txt', stdout);
  const asked = ((await shop.control('requests')) as unknown[]).length - before;
  const { code: plain } = await catalogCommand('check', 'default', '--config', shop.config);
  expect(plain).toBe(0);
  const withoutAttributes = ((await shop.control('requests')) as unknown[]).length - before - asked;
  // The shop's own list of types.
  expect(asked - withoutAttributes).toBe(1);
  expect((await catalogCommand('check', 'misspelled.yaml')).stdout).not.toContain('or_chanel');
});

test.each([
  ['acme', 'example-direct-to-consumer'],
  ['nord', 'example-wholesale'],
] as const)(
  'live: the attributes of %s are all found by the catalog that is right for it',
  async (tenant, name) => {
    const shop = await openShop(
      { orders: 200, tenant },
      { pii_key: 'a key of 32 bytes or more, for this test' },
    );
    const { code, stdout } = await catalogCommand('check', name, '--config', shop.config, '--json');
    const report = JSON.parse(stdout) as Report & {
      readonly attributes: readonly { readonly owner: string }[];
    };
    expect({ code, problems: report.problems }).toEqual({ code: 0, problems: [] });
    expect(report.attributes.map(({ owner }) => owner)).toContain('ProductVariant');
  },
);

test('live: attributes that the token may not see are not checked, and that is a warning', async () => {
  const shop = await openShop({ orders: 20 });
  // A shop that lists its types would tell them without the permission.
  await shop.control('schema', { remove: ['Query.attributeTypes'] });
  await shop.control('permissions', { deny: ['Order.attributes:read'] });
  writeCatalog('misspelled.yaml', misspelled);
  const { code, stdout } = await catalogCommand(
    'check',
    'misspelled.yaml',
    '--config',
    shop.config,
    '--json',
  );
  // The attributes of an order are never null, and asked for without the permission they would take the order with them.
  expect(code).toBe(0);
  const problems = (JSON.parse(stdout) as Report).problems.map(
    ({ code, stream, columnName }) => `${code} ${stream}.${columnName}`,
  );
  expect(problems).toContain('permission/column orders.channel');
  expect(problems).toContain('permission/column order_lines.vip');
  expect(problems).toContain('attribute/not_checked orders.channel');
  expect(problems).toContain('attribute/unknown_type orders.lines.colour');
  expect(problems).not.toContain('attribute/unknown_type orders.channel');
});
